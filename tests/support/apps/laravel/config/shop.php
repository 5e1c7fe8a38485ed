<?php

return ['articles' => ['a chair', 'a table']];
