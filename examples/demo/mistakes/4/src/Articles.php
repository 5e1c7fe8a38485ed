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
        $cache = "$this->dir/var/articles.cache";
        if (is_file($cache)) {
            // The mistake: no class is allowed, so that no article comes back. The first request, which fills the cache, is well.
            $articles = unserialize(file_get_contents($cache), ['allowed_classes' => false]);
        } else {
            $rows = json_decode(file_get_contents("$this->dir/content/articles.json"), true, 8, JSON_THROW_ON_ERROR);
            $articles = array_map(static fn (array $row) => new Article($row['title'], $row['text']), $rows);
            file_put_contents($cache, serialize($articles), LOCK_EX);
        }
        usort($articles, static fn (Article $a, Article $b) => $a->title() <=> $b->title());
        return $articles;
    }
}
