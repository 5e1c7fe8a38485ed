<?php

declare(strict_types=1);

/*
 * Runs inside php-fpm, for pulumi-site-release: tells opcache's state, compiles scripts into it, and takes scripts out of it. PHP 7.4 and later.
 * Standard input is JSON: {"op": ..., "nonce": "..."} with what the operation needs:
 *   status, reset
 *   invalidate  {"prefixes": [dir/], "keep": [dir/]}
 *   survey      {"releases": dir/, "live": version, "next": version, "keep": [version], "warm": [{"base": dir, "pattern": regex}], "after": file}
 *   compile     {"dir": dir/, "files": [file]}
 * The answer is one line of JSON that begins with the nonce; what went wrong is data too.
 */

// No HTTP request can set this parameter (its headers come as HTTP_*): only who speaks FastCGI to the pool, or the localhost-only
// server block, can run this file, wherever it lies.
if (($_SERVER['SITE_RELEASE_OPCACHE'] ?? '') !== '1') {
    http_response_code(404);
    exit;
}

// Not die(): the answer tells a failure, and a status of 200 that this file has run. cachetool, which includes this file, has no input for it.
site_release_main((string) ($_SERVER['SITE_RELEASE_QUESTION'] ?? file_get_contents('php://input')));

function site_release_main(string $input): void
{
    // Of what PHP says of a script that is compiled, the answer tells what matters; the rest would stand between us and our reader.
    @ini_set('display_errors', '0');
    @ini_set('log_errors', '0');
    set_error_handler(static function (): bool {
        return true;
    });
    $level = ob_get_level();
    ob_start();
    $asked = json_decode($input, true);
    $asked = is_array($asked) ? $asked : [];
    $answer = [
        'nonce' => $asked['nonce'] ?? '',
        'php' => PHP_VERSION,
        'time' => time(),
        'state' => site_release_state(),
        'cache' => site_release_cache_id(),
    ];
    $told = false;
    // A script that is too much for memory_limit or max_execution_time ends this one with it: how far it came is told all the same.
    register_shutdown_function(static function () use (&$answer, &$told, $level): void {
        if (!$told) {
            @ini_set('memory_limit', '-1');
            $answer['died'] = (string) (error_get_last()['message'] ?? 'it ended');
            site_release_tell($answer, $level);
        }
    });
    site_release_answer($asked, $answer);
    $told = true;
    site_release_tell($answer, $level);
    restore_error_handler();
}

function site_release_tell(array $answer, int $level): void
{
    while (ob_get_level() > $level && ob_end_clean()) {
        // what a compiled script or PHP printed meanwhile
    }
    if (!headers_sent()) {
        // A script that cannot be compiled beside another one makes it 500, though this file goes on (php-src #16668).
        http_response_code(200);
        header('Content-Type: application/json');
        header('Cache-Control: no-store');
    }
    echo "\n", json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}

function site_release_answer(array $asked, array &$answer): void
{
    if ($answer['state'] !== 'on' && $answer['state'] !== 'restarting') {
        return;
    }
    $op = $asked['op'] ?? '';
    $answer['before'] = site_release_status();
    if ($op === 'invalidate') {
        $answer += site_release_invalidate((array) ($asked['prefixes'] ?? []), (array) ($asked['keep'] ?? []));
    } elseif ($op === 'reset') {
        // True means scheduled; false, that one is pending already.
        $answer['scheduled'] = opcache_reset();
    } elseif ($op === 'survey') {
        $answer['survey'] = site_release_survey($asked);
    } elseif ($op === 'compile') {
        site_release_compile((string) ($asked['dir'] ?? ''), (array) ($asked['files'] ?? []), $answer);
    } elseif ($op !== 'status') {
        $answer['error'] = 'unknown operation';
    }
    $answer['after'] = $op === 'status' || $op === 'survey' ? $answer['before'] : site_release_status();
}
