<?php

namespace Deployer;

require 'recipe/common.php';

set('repository', 'git@github.com:example/site.git');
set('shared_dirs', ['storage']);
set('shared_files', ['.env']);
// deploy:cleanup goes by Deployer's own log, whatever nginx serves.
set('keep_releases', -1);

host('web1.example.com')
    ->setRemoteUser('deploy')
    ->setDeployPath('/var/www/example.com');

// Without deploy:publish: Deployer's lock and its link `release` stay, and pulumi up finishes both.
desc('Fills a release and leaves the switch to pulumi up');
task('deploy', ['deploy:prepare']); // and what else yours has, as in deploy:vendors
