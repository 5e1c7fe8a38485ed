<?php

// The version, read after the page's work: a switch in between must not show.
return '@VERSION@';
