<?php

// The recipe of a site that Deployer fills and pulumi-site-release switches: CI runs `dep deploy`, and then `pulumi up`.
// From the environment: DEPLOY_PATH, the build's directory in BUILD, and in SSH_CONFIG a file that tells ssh the host "site".

namespace Deployer;

require 'recipe/common.php';

host('site')
    ->setConfigFile(getenv('SSH_CONFIG'))
    ->setSshMultiplexing(false)
    ->setDeployPath(getenv('DEPLOY_PATH'));

set('shared_dirs', ['storage']);
// deploy:cleanup goes by Deployer's own log, whatever nginx serves.
set('keep_releases', -1);

desc('Fills the release with a build that is here, not with a repository that the host reads');
task('deploy:update_code', function () {
    $ssh = 'ssh -F ' . escapeshellarg(getenv('SSH_CONFIG')) . ' site';
    $unpack = escapeshellarg(parse('tar -C {{release_path}} -xf -'));
    runLocally('tar -C ' . escapeshellarg(getenv('BUILD')) . " -cf - . | $ssh $unpack");
});

// Without deploy:publish: Deployer's lock and its link `release` stay, and the switch finishes both.
desc('Fills a release and leaves the switch to others');
task('deploy', ['deploy:prepare']);
