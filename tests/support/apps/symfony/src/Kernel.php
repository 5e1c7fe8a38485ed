<?php

namespace App;

use Doctrine\DBAL\Connection;
use Doctrine\DBAL\DriverManager;
use Symfony\Bundle\FrameworkBundle\FrameworkBundle;
use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Kernel as BaseKernel;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;

use function Symfony\Component\DependencyInjection\Loader\Configurator\env;

/** A small application in one kernel: pages, a database, a queue. */
class Kernel extends BaseKernel
{
    use MicroKernelTrait;

    public function registerBundles(): iterable
    {
        yield new FrameworkBundle();
    }

    protected function configureContainer(ContainerConfigurator $container): void
    {
        $container->extension('framework', [
            'secret' => env('APP_SECRET'),
            // Workers of the version before are told to stop through this cache: releases share its directory and its names.
            'cache' => ['directory' => '%kernel.project_dir%/var/share/pools', 'prefix_seed' => 'app.example.com'],
            'messenger' => [
                'transports' => ['async' => 'dbal://messages'],
                'routing' => [SayWhoWorks::class => 'async'],
            ],
        ]);
        $services = $container->services()->defaults()->autowire()->autoconfigure();
        $services->load('App\\', __DIR__ . '/')->exclude([__FILE__, __DIR__ . '/SayWhoWorks.php']);
        $services->set(Pages::class)->public()->tag('controller.service_arguments');
        $services->set(Connection::class)->factory([self::class, 'database'])->args([env('DATABASE_FILE')]);
    }

    protected function configureRoutes(RoutingConfigurator $routes): void
    {
        foreach (['home' => '/', 'up' => '/up', 'work' => '/work'] as $name => $path) {
            $routes->add($name, $path)->controller([Pages::class, $name]);
        }
    }

    public static function database(string $file): Connection
    {
        return DriverManager::getConnection(['driver' => 'pdo_sqlite', 'path' => $file]);
    }
}
