<?php

namespace App;

use Illuminate\Foundation\Http\Kernel;

class HttpKernel extends Kernel
{
}
