<?php

/** Invalidates what is cached below the prefixes and not below what is kept. */
function site_release_invalidate(array $prefixes, array $keep): array
{
    $prefixes = site_release_spellings($prefixes);
    $keep = site_release_spellings($keep);
    $gone = array_keys(site_release_cached($prefixes, $keep));
    foreach ($gone as $file) {
        opcache_invalidate((string) $file, true);
    }
    $left = array_keys(site_release_cached($prefixes, $keep));

    return ['invalidated' => count(array_diff($gone, $left)), 'left' => count($left), 'leftFirst' => (string) ($left[0] ?? '')];
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

/** What is cached below the prefixes and not below what is kept, with the memory that it takes. */
function site_release_cached(array $prefixes, array $keep): array
{
    $cached = [];
    foreach (opcache_get_status(true)['scripts'] ?? [] as $file => $script) {
        $file = (string) $file;
        if (site_release_below($file, $prefixes) === '' || site_release_below($file, $keep) !== '') {
            continue;
        }
        // The list keeps invalidated scripts until the next restart: with validate_timestamps their timestamp is 0; without,
        // opcache_is_script_cached says it (with it, it would also deny files that are deleted and still cached).
        if (isset($script['timestamp']) ? $script['timestamp'] !== 0 : opcache_is_script_cached($file)) {
            $cached[$file] = (int) ($script['memory_consumption'] ?? 0);
        }
    }

    return $cached;
}

/** The first of the directories that the file lies below, or nothing. */
function site_release_below(string $file, array $dirs): string
{
    foreach ($dirs as $dir) {
        if (strncmp($file, $dir, strlen($dir)) === 0) {
            return $dir;
        }
    }

    return '';
}
