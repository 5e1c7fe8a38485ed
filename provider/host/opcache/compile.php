<?php

/** In bytes; 0 is none. */
function site_release_memory_limit(): int
{
    $limit = (string) ini_get('memory_limit');
    $units = ['K' => 1024, 'M' => 1048576, 'G' => 1073741824];

    return max(0, (int) $limit) * ($units[strtoupper(substr($limit, -1))] ?? 1);
}

/** Compiles, and asks the cache of each script whether it is there: true alone means nothing (a fresh file is compiled and not kept). */
function site_release_compile(string $dir, array $files, array &$answer): void
{
    $answer += ['compiled' => 0, 'already' => 0, 'failed' => [], 'fresh' => [], 'future' => [], 'refused' => [], 'rest' => 0, 'doing' => ''];
    $protection = (int) ini_get('opcache.file_update_protection');
    $answer['protection'] = $protection;
    $now = (int) ($_SERVER['REQUEST_TIME'] ?? time());
    $most = site_release_memory_limit() / 2;
    foreach (array_values($files) as $index => $file) {
        // What compiling takes comes back with the end of this request only; and running out of memory may cost the worker its life.
        if ($index > 0 && $most > 0 && memory_get_usage() > $most) {
            $answer['rest'] = count($files) - $index;
            break;
        }
        $answer['doing'] = (string) $file;
        $path = $dir . $file;
        if (opcache_is_script_cached($path)) {
            $answer['already']++;
            continue;
        }
        error_clear_last();
        try {
            $why = opcache_compile_file($path) ? '' : (string) (error_get_last()['message'] ?? 'it does not compile');
        } catch (Throwable $error) {
            $why = get_class($error) . ': ' . $error->getMessage() . ' on line ' . $error->getLine();
        }
        $written = (int) @filemtime($path);
        if ($why !== '') {
            $answer['failed'][] = [(string) $file, $why];
        } elseif (opcache_is_script_cached($path)) {
            $answer['compiled']++;
        } elseif ($protection > 0 && $written > $now) {
            $answer['future'][] = (string) $file;
        } elseif ($protection > 0 && $written > $now - $protection) {
            $answer['fresh'][] = (string) $file;
        } else {
            $answer['refused'][] = (string) $file;
        }
    }
    $answer['doing'] = '';
}
