<?php

// The version, read before the page's work. The demo writes it here when it makes a build.
return '@VERSION@';
