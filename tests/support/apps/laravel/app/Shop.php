<?php

namespace App;

use App\Jobs\SayWhoWorks;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Storage;

/** A shop that counts its visits, and says three times which version it is, each time from a file of its own. */
class Shop
{
    public function home(Request $request): Response
    {
        if ($request->isMethod('post')) {
            DB::table('orders')->insert(['article' => 'a chair']);
        }
        $response = response()->view('home', ['early' => require base_path('version/early.php'), 'articles' => config('shop.articles')]);

        return $response->header('X-Version', require base_path('version/header.php'));
    }

    public function up(): string
    {
        return 'up, ' . DB::table('orders')->count() . ' orders';
    }

    /** Puts a job into the queue, and tells which version's worker did the last one. */
    public function work(): string
    {
        SayWhoWorks::dispatch();

        return Storage::get('worker') ?? 'nobody';
    }
}
