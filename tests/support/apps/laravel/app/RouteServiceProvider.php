<?php

namespace App;

use Illuminate\Foundation\Support\Providers\RouteServiceProvider as Provider;
use Illuminate\Support\Facades\Route;

class RouteServiceProvider extends Provider
{
    public function boot(): void
    {
        $this->routes(fn () => Route::group([], base_path('routes/web.php')));
    }
}
