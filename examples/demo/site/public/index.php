<?php

declare(strict_types=1);

// A visitor gets status 500 and no more; the reason is in the log.
ini_set('display_errors', '0');

require dirname(__DIR__) . '/src/autoload.php';

(new Demo\Site(dirname(__DIR__)))->answer($_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], $_POST);
