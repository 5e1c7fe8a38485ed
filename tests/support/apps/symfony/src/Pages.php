<?php

namespace App;

use Doctrine\DBAL\Connection;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\KernelInterface;
use Symfony\Component\Messenger\MessageBusInterface;

/** The pages; the first says three times which version it is, each time from a file of its own. */
final class Pages
{
    private readonly string $root;

    public function __construct(KernelInterface $kernel, private readonly Connection $database, private readonly MessageBusInterface $bus)
    {
        $this->root = $kernel->getProjectDir();
    }

    public function home(): Response
    {
        $body = '<!-- early ' . (require "{$this->root}/version/early.php") . " -->\n";
        foreach ($this->database->fetchFirstColumn('SELECT title FROM articles') as $title) {
            $body .= '<p>' . htmlspecialchars($title) . "</p>\n";
        }
        $body .= '<!-- late ' . (require "{$this->root}/version/late.php") . ' -->';

        return new Response($body, 200, ['X-Version' => require "{$this->root}/version/header.php"]);
    }

    public function up(): Response
    {
        return new Response('up, ' . $this->database->fetchOne('SELECT COUNT(*) FROM articles') . ' articles');
    }

    /** Puts a message into the queue, and tells which version's worker did the last one. */
    public function work(): Response
    {
        $this->bus->dispatch(new SayWhoWorks());
        $worker = "{$this->root}/var/share/worker";

        return new Response(is_file($worker) ? file_get_contents($worker) : 'nobody');
    }
}
