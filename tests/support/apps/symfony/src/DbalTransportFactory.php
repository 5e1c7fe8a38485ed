<?php

namespace App;

use Doctrine\DBAL\Connection as Database;
use Symfony\Component\Messenger\Bridge\Doctrine\Transport\Connection;
use Symfony\Component\Messenger\Bridge\Doctrine\Transport\DoctrineTransport;
use Symfony\Component\Messenger\Transport\Serialization\SerializerInterface;
use Symfony\Component\Messenger\Transport\TransportFactoryInterface;
use Symfony\Component\Messenger\Transport\TransportInterface;

/** Messenger's own transport by Doctrine, without DoctrineBundle: dbal://<table>. */
final class DbalTransportFactory implements TransportFactoryInterface
{
    public function __construct(private readonly Database $database)
    {
    }

    public function createTransport(string $dsn, array $options, SerializerInterface $serializer): TransportInterface
    {
        return new DoctrineTransport(new Connection(['table_name' => parse_url($dsn, PHP_URL_HOST)], $this->database), $serializer);
    }

    public function supports(string $dsn, array $options): bool
    {
        return str_starts_with($dsn, 'dbal://');
    }
}
