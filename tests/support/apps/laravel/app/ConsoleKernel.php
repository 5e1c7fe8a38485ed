<?php

namespace App;

use Illuminate\Foundation\Console\Kernel;

class ConsoleKernel extends Kernel
{
}
