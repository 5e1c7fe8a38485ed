<?php

// The example's recipe, as a user has it, with the host and the build of a test in place of its host and its repository.
// From the environment: RECIPE, DEPLOY_PATH, the build's directory in BUILD, and in SSH_CONFIG a file that tells ssh the host.

namespace Deployer;

require getenv('RECIPE');

host('web1.example.com')
    ->setConfigFile(getenv('SSH_CONFIG'))
    ->setSshMultiplexing(false)
    ->setDeployPath(getenv('DEPLOY_PATH'));

desc('Fills the release with a build that is here, not with a repository that the host reads');
task('deploy:update_code', function () {
    $ssh = 'ssh -F ' . escapeshellarg(getenv('SSH_CONFIG')) . ' web1.example.com';
    $unpack = escapeshellarg(parse('tar -C {{release_path}} -xf -'));
    runLocally('tar -C ' . escapeshellarg(getenv('BUILD')) . " -cf - . | $ssh $unpack");
});
