<?php

namespace App;

use Symfony\Component\HttpKernel\KernelInterface;
use Symfony\Component\Messenger\Attribute\AsMessageHandler;

#[AsMessageHandler]
final class SayWhoWorksHandler
{
    public function __construct(private readonly KernelInterface $kernel)
    {
    }

    public function __invoke(SayWhoWorks $message): void
    {
        $root = $this->kernel->getProjectDir();
        file_put_contents("$root/var/share/worker", require "$root/version/late.php");
    }
}
