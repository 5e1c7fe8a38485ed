<?php

/**
 * on, off, restarting (a reset waits for requests in flight), files (nothing is kept in memory), restricted (opcache.restrict_api),
 * absent or disabled.
 */
function site_release_state(): string
{
    if (!extension_loaded('Zend OPcache')) {
        return 'absent';
    }
    foreach (['get_status', 'compile_file', 'invalidate', 'is_script_cached', 'reset'] as $name) {
        if (!function_exists("opcache_$name")) {
            return 'disabled';
        }
    }
    // The prefix test of ZendAccelerator's validate_api_restriction.
    $restriction = (string) ini_get('opcache.restrict_api');
    if ($restriction !== '' && strncmp((string) ($_SERVER['SCRIPT_FILENAME'] ?? __FILE__), $restriction, strlen($restriction)) !== 0) {
        return 'restricted';
    }
    $status = @opcache_get_status(false);
    if (!is_array($status)) {
        return 'off';
    }
    if ($status['file_cache_only'] ?? false) {
        return 'files';
    }
    if ($status['restart_pending'] || $status['restart_in_progress']) {
        return 'restarting';
    }

    return $status['opcache_enabled'] ? 'on' : 'off';
}

/** All pools of one php-fpm master have one cache: by its start, its master and its size it is known again. */
function site_release_cache_id(): string
{
    $status = function_exists('opcache_get_status') ? @opcache_get_status(false) : false;
    $memory = $status['memory_usage'] ?? [];
    $size = ($memory['used_memory'] ?? 0) + ($memory['free_memory'] ?? 0) + ($memory['wasted_memory'] ?? 0);
    $master = function_exists('posix_getppid') ? posix_getppid() : 0;

    return ($status['opcache_statistics']['start_time'] ?? 0) . "-$master-$size";
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
        'startTime' => $numbers['start_time'] ?? 0,
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
