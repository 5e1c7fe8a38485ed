<?php

declare(strict_types=1);

// Demo\Site is src/Site.php.
spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/' . str_replace(['Demo\\', '\\'], ['', '/'], $class) . '.php';
    if (is_file($file)) {
        require $file;
    }
});
