<?php

declare(strict_types=1);

namespace Demo;

/** One line a message, in the directory that all releases share. */
final class Guestbook
{
    public function __construct(private readonly string $file)
    {
    }

    public function add(string $message): void
    {
        file_put_contents($this->file, str_replace(["\r", "\n"], ' ', $message) . "\n", FILE_APPEND | LOCK_EX);
    }

    public function count(): int
    {
        return is_file($this->file) ? count(file($this->file)) : 0;
    }
}
