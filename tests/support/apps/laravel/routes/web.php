<?php

use App\Shop;
use Illuminate\Support\Facades\Route;

Route::match(['get', 'post'], '/', [Shop::class, 'home']);
Route::get('/up', [Shop::class, 'up']);
Route::get('/work', [Shop::class, 'work']);
