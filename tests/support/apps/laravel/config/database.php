<?php

return [
    'default' => 'sqlite', 'connections' => ['sqlite' => ['driver' => 'sqlite', 'database' => env('DB_DATABASE'), 'prefix' => '', 'busy_timeout' => 5000]], 'migrations' => 'migrations',
];
