<?php

namespace App;

/** A message for the queue. */
final class SayWhoWorks
{
}
