<?php

declare(strict_types=1);

namespace Demo;

final class Article
{
    public function __construct(private readonly string $title, private readonly string $text)
    {
    }

    public function title(): string
    {
        return $this->title;
    }

    public function text(): string
    {
        return $this->text;
    }
}
