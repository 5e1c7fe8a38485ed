<?php

namespace App\Jobs;

use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Bus\Dispatchable;
use Illuminate\Support\Facades\Storage;

class SayWhoWorks implements ShouldQueue
{
    use Dispatchable;
    use Queueable;

    public function handle(): void
    {
        Storage::put('worker', require base_path('version/late.php'));
    }
}
