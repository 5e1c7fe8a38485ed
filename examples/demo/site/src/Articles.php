<?php

declare(strict_types=1);

namespace Demo;

final class Articles
{
    public function __construct(private readonly string $dir)
    {
    }

    /** @return list<Article> by title */
    public function all(): array
    {
        $rows = json_decode(file_get_contents("$this->dir/content/articles.json"), true, 8, JSON_THROW_ON_ERROR);
        $articles = array_map(static fn (array $row) => new Article($row['title'], $row['text']), $rows);
        usort($articles, static fn (Article $a, Article $b) => $a->title() <=> $b->title());
        return $articles;
    }
}
