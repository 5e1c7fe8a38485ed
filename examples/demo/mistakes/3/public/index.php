<?php

declare(strict_types=1);

ini_set('display_errors', '0');

require dirname(__DIR__) . '/src/autoload.php';

// The mistake: there is no class of this name, so that every request ends in status 500.
(new Demo\Website(dirname(__DIR__)))->answer($_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], $_POST);
