<?php

namespace App;

use Doctrine\DBAL\Connection;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;
use Symfony\Component\HttpKernel\KernelInterface;

/** Runs the files of migrations/ that have not run: what DoctrineMigrationsBundle, which Debian lacks, does by a command of this name. */
#[AsCommand('doctrine:migrations:migrate')]
final class MigrateCommand extends Command
{
    public function __construct(private readonly KernelInterface $kernel, private readonly Connection $database)
    {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this->addOption('allow-no-migration', null, InputOption::VALUE_NONE);
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $this->database->executeStatement('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)');
        foreach (glob($this->kernel->getProjectDir() . '/migrations/*.sql') as $file) {
            $name = basename($file);
            if ($this->database->fetchOne('SELECT 1 FROM migrations WHERE name = ?', [$name])) {
                continue;
            }
            foreach (array_filter(array_map('trim', explode(';', file_get_contents($file)))) as $statement) {
                $this->database->executeStatement($statement);
            }
            $this->database->insert('migrations', ['name' => $name]);
            $output->writeln("migrated $name");
        }

        return Command::SUCCESS;
    }
}
