<?php

/** What the next release would have to have in the cache: what the live one has there, and what the patterns name. */
function site_release_survey(array $asked): array
{
    $releases = rtrim((string) ($asked['releases'] ?? ''), '/') . '/';
    $next = $releases . ($asked['next'] ?? '') . '/';
    $live = (string) ($asked['live'] ?? '');
    $below = site_release_spellings([$releases]);
    $all = site_release_cached($below, []);
    $wanted = [];
    $liveBytes = 0;
    $liveScripts = 0;
    $dirs = $live === '' ? [] : site_release_spellings([$releases . $live]);
    foreach ($all as $file => $bytes) {
        $dir = site_release_below((string) $file, $dirs);
        if ($dir !== '') {
            $liveScripts++;
            $liveBytes += $bytes;
            $wanted[substr((string) $file, strlen($dir))] = true;
        }
    }
    $broken = [];
    foreach ((array) ($asked['warm'] ?? []) as $warm) {
        $found = site_release_glob($next, (string) ($warm['base'] ?? ''), (string) ($warm['pattern'] ?? ''));
        if ($found === null) {
            $broken[] = (string) ($warm['pattern'] ?? '');
        }
        $wanted += array_fill_keys($found ?? [], true);
    }
    ksort($wanted, SORT_STRING);
    $already = 0;
    $files = [];
    $more = false;
    $size = 0;
    $after = (string) ($asked['after'] ?? '');
    foreach (array_keys($wanted) as $file) {
        $file = (string) $file;
        if (!is_file($next . $file)) {
            continue;
        }
        if (opcache_is_script_cached($next . $file)) {
            $already++;
        } elseif (strcmp($file, $after) > 0) {
            $more = $more || $size > 400000; // an answer of half a megabyte at most
            if ($more) {
                continue;
            }
            $size += strlen($file) + 3;
            $files[] = $file;
        }
    }
    $keep = [$next];
    foreach ((array) ($asked['keep'] ?? []) as $version) {
        $keep[] = $releases . $version . '/';
    }
    $keep = site_release_spellings($keep);
    $leftover = 0;
    foreach (array_keys($all) as $file) {
        $leftover += site_release_below((string) $file, $keep) === '' ? 1 : 0;
    }
    $preloaded = [];
    foreach (opcache_get_status(false)['preload_statistics']['scripts'] ?? [] as $script) {
        if (site_release_below((string) $script, $below) !== '') {
            $preloaded[] = (string) $script;
        }
    }

    return [
        'files' => $files,
        'more' => $more,
        'already' => $already,
        'liveScripts' => $liveScripts,
        'liveBytes' => $liveBytes,
        'releaseBytes' => array_sum($all),
        'leftover' => $leftover,
        'preloaded' => count($preloaded),
        'preloadedFirst' => $preloaded[0] ?? '',
        'brokenPattern' => $broken[0] ?? '',
    ];
}

/** The files below a release that match; null for a pattern that is none. Links to directories are not followed. */
function site_release_glob(string $release, string $base, string $pattern): ?array
{
    $pattern = "\x01$pattern\x01D";
    if (@preg_match($pattern, '') === false) {
        return null;
    }
    $top = rtrim($release . $base, '/');
    if (is_file($top)) {
        return preg_match($pattern, $base) === 1 ? [$base] : [];
    }
    if (!is_dir($top)) {
        return [];
    }
    $found = [];
    $tree = new RecursiveDirectoryIterator($top, FilesystemIterator::SKIP_DOTS);
    foreach (new RecursiveIteratorIterator($tree, RecursiveIteratorIterator::LEAVES_ONLY, RecursiveIteratorIterator::CATCH_GET_CHILD) as $path => $file) {
        $name = substr((string) $path, strlen($release));
        if (preg_match($pattern, $name) === 1 && $file->isFile()) {
            $found[] = $name;
        }
    }

    return $found;
}
