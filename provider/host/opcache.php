<?php

declare(strict_types=1);

/*
 * Runs inside php-fpm, for pulumi-site-release: tells opcache's state, and takes scripts out of it. PHP 7.4 and later.
 * Standard input is JSON: {"op": "status" | "invalidate" | "reset", "prefixes": [dir/], "keep": [dir/], "nonce": "..."}.
 * The answer is one line of JSON that begins with the nonce; what went wrong is data too.
 */

// No HTTP request can set this parameter (its headers come as HTTP_*): only who speaks FastCGI to the pool, or the localhost-only
// server block, can run this file, wherever it lies.
if (($_SERVER['SITE_RELEASE_OPCACHE'] ?? '') !== '1') {
    http_response_code(404);
    exit;
}

header('Content-Type: application/json');
header('Cache-Control: no-store');
// Not die(): the answer tells a failure, and a status of 200 that this file has run.
echo site_release_opcache((string) file_get_contents('php://input')), "\n";

function site_release_opcache(string $input): string
{
    $asked = json_decode($input, true);
    $asked = is_array($asked) ? $asked : [];
    $op = $asked['op'] ?? '';
    $answer = ['nonce' => $asked['nonce'] ?? '', 'php' => PHP_VERSION, 'time' => time(), 'state' => site_release_state()];
    if ($answer['state'] === 'on' || $answer['state'] === 'restarting') {
        $answer['before'] = site_release_status();
        if ($op === 'invalidate') {
            $answer += site_release_invalidate((array) ($asked['prefixes'] ?? []), (array) ($asked['keep'] ?? []));
        } elseif ($op === 'reset') {
            // True means scheduled; false, that one is pending already.
            $answer['scheduled'] = opcache_reset();
        } elseif ($op !== 'status') {
            $answer['error'] = 'unknown operation';
        }
        $answer['after'] = $op === 'status' ? $answer['before'] : site_release_status();
    }

    return (string) json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
}

/** on, off, restarting (a reset waits for requests in flight), restricted (opcache.restrict_api), absent or disabled. */
function site_release_state(): string
{
    if (!extension_loaded('Zend OPcache')) {
        return 'absent';
    }
    foreach (['opcache_get_status', 'opcache_invalidate', 'opcache_is_script_cached', 'opcache_reset'] as $name) {
        if (!function_exists($name)) {
            return 'disabled';
        }
    }
    // The prefix test of ZendAccelerator's validate_api_restriction.
    $restriction = (string) ini_get('opcache.restrict_api');
    if ($restriction !== '' && strncmp(__FILE__, $restriction, strlen($restriction)) !== 0) {
        return 'restricted';
    }
    $status = @opcache_get_status(false);
    if (!is_array($status)) {
        return 'off';
    }
    if ($status['restart_pending'] || $status['restart_in_progress']) {
        return 'restarting';
    }

    return $status['opcache_enabled'] ? 'on' : 'off';
}

function site_release_status(): array
{
    $status = opcache_get_status(false);
    $memory = $status['memory_usage'] ?? [];
    $numbers = $status['opcache_statistics'] ?? [];
    $jit = $status['jit'] ?? [];
    $preload = $status['preload_statistics'] ?? [];

    return [
        'used' => $memory['used_memory'] ?? 0,
        'free' => $memory['free_memory'] ?? 0,
        'wasted' => $memory['wasted_memory'] ?? 0,
        'full' => $status['cache_full'] ?? false,
        'scripts' => $numbers['num_cached_scripts'] ?? 0,
        'keys' => $numbers['num_cached_keys'] ?? 0,
        'maxKeys' => $numbers['max_cached_keys'] ?? 0,
        'oomRestarts' => $numbers['oom_restarts'] ?? 0,
        'hashRestarts' => $numbers['hash_restarts'] ?? 0,
        'manualRestarts' => $numbers['manual_restarts'] ?? 0,
        'lastRestart' => $numbers['last_restart_time'] ?? 0,
        'restartPending' => $status['restart_pending'] ?? false,
        'restartInProgress' => $status['restart_in_progress'] ?? false,
        'forceRestartTimeout' => (int) ini_get('opcache.force_restart_timeout'),
        'validateTimestamps' => filter_var(ini_get('opcache.validate_timestamps'), FILTER_VALIDATE_BOOLEAN),
        'jitSize' => $jit['buffer_size'] ?? 0,
        'jitFree' => $jit['buffer_free'] ?? 0,
        'preloaded' => count($preload['scripts'] ?? []),
    ];
}

/** Invalidates what is cached below the prefixes and not below what is kept. */
function site_release_invalidate(array $prefixes, array $keep): array
{
    $prefixes = site_release_spellings($prefixes);
    $keep = site_release_spellings($keep);
    $gone = site_release_cached($prefixes, $keep);
    foreach ($gone as $file) {
        opcache_invalidate($file, true);
    }
    $left = site_release_cached($prefixes, $keep);

    return ['invalidated' => count(array_diff($gone, $left)), 'left' => count($left), 'leftFirst' => $left[0] ?? ''];
}

/** Directories as given, and as the cache may know them: by their real path. */
function site_release_spellings(array $dirs): array
{
    $spellings = [];
    foreach ($dirs as $dir) {
        $dir = rtrim((string) $dir, '/') . '/';
        if ($dir === '/') {
            continue; // an empty word must not mean everything
        }
        $spellings[] = $dir;
        $real = @realpath($dir); // false where open_basedir hides it
        if ($real !== false) {
            $spellings[] = rtrim($real, '/') . '/';
        }
    }

    return array_values(array_unique($spellings));
}

function site_release_cached(array $prefixes, array $keep): array
{
    $cached = [];
    foreach (opcache_get_status(true)['scripts'] ?? [] as $file => $script) {
        $file = (string) $file;
        // The list keeps invalidated scripts until the next restart: with validate_timestamps their timestamp is 0; without,
        // opcache_is_script_cached says it (with it, it would also deny files that are deleted and still cached).
        $live = isset($script['timestamp']) ? $script['timestamp'] !== 0 : opcache_is_script_cached($file);
        if ($live && site_release_below($file, $prefixes) && !site_release_below($file, $keep)) {
            $cached[] = $file;
        }
    }

    return $cached;
}

function site_release_below(string $file, array $dirs): bool
{
    foreach ($dirs as $dir) {
        if (strncmp($file, $dir, strlen($dir)) === 0) {
            return true;
        }
    }

    return false;
}
