<?php

declare(strict_types=1);

namespace Demo;

final class Site
{
    public function __construct(private readonly string $dir)
    {
    }

    /** @param array<string, string> $form */
    public function answer(string $method, string $uri, array $form): void
    {
        $early = require "$this->dir/src/early.php";
        header("X-Version: $early");

        $articles = (new Articles($this->dir))->all();
        $guestbook = new Guestbook("$this->dir/var/guestbook.txt");
        $path = parse_url($uri, PHP_URL_PATH);
        if ($path === '/up') {
            header('Content-Type: text/plain');
            printf("version %s is up: %d articles\n", $early, count($articles));
            return;
        }
        if ($path !== '/') {
            http_response_code(404);
        }
        if ($method === 'POST' && isset($form['message'])) {
            $guestbook->add($form['message']);
        }

        usleep(20_000); // a database would be asked here
        $late = require "$this->dir/src/late.php";
        require "$this->dir/templates/home.php";
    }
}
