#!/bin/sh
# Makes DokuWiki, a real site of thousands of files that needs no database, from Debian's packages: dokuwiki.sh DIR
# Debian spreads it over the disk; here it is one tree again, as its authors ship it, with data/ apart. Needs apt-get and dpkg.
# shellcheck shell=sh
set -eu

dir=$1
packages='dokuwiki php-phpseclib php-geshi libphp-simplepie'
work=$dir.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/disk" "$work/site/php" "$work/site/conf"
cd "$work"

# Owned by root, so that apt's own user need not write here.
# shellcheck disable=SC2086 # several packages
apt-get -o APT::Sandbox::User=root download $packages
for package in *.deb; do dpkg -x "$package" disk; done

cp -R disk/usr/share/dokuwiki/. site/
rm -r site/.htaccess site/lib/plugins site/lib/tpl
cp -R disk/var/lib/dokuwiki/lib/. site/lib/
cp disk/etc/dokuwiki/*.conf disk/etc/dokuwiki/dokuwiki.php disk/etc/dokuwiki/license.php disk/etc/dokuwiki/mediameta.php \
  disk/etc/dokuwiki/plugins*.php disk/etc/dokuwiki/manifest.json site/conf/
rm disk/usr/share/php/random_compat
cp -R disk/usr/share/php/. site/php/
cp -R disk/usr/share/php-geshi site/php/
sed -i "s,'/usr/share/php,__DIR__ . '/../../php," site/vendor/composer/autoload_static.php

cat >site/inc/preload.php <<'END'
<?php
if (!defined('DOKU_MAIN_CONF')) define('DOKU_MAIN_CONF', dirname(__DIR__) . '/conf/');
if (!defined('DOKU_CONF')) define('DOKU_CONF', DOKU_MAIN_CONF);
END
cat >site/conf/local.php <<'END'
<?php
$conf['savedir'] = './data';
$conf['useacl'] = 0;
END
# Names the version three times, each time from a file of its own: two are read before DokuWiki's own work, which sends the page itself.
cat >site/index.php <<'END'
<?php
header('X-Version: ' . require __DIR__ . '/version/header.php');
$early = require __DIR__ . '/version/early.php';
require __DIR__ . '/doku.php';
echo '<!-- early ', $early, ' --><!-- late ', require __DIR__ . '/version/late.php', ' -->';
END

mkdir -p "$(dirname "$dir")"
mv -T site "$dir"
