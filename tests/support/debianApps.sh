#!/bin/sh
# Gathers the frameworks and WordPress of the examples' applications from Debian's packages: debianApps.sh DIR MIRROR
# They are trixie's, whatever runs here: DIR/laravel/vendor, DIR/symfony/vendor and DIR/wordpress, each whole without the rest of the disk.
# Needs apt-get and dpkg.
# shellcheck shell=sh
set -eu

dir=$1
mirror=$2
work=$dir.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/disk" "$work/debs" "$work/made"
cd "$work"

# An apt of our own, which knows trixie only and nothing that is installed; as root, so that apt's own user need not write here.
: >status
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >sources.list
cat >apt.conf <<END
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "root";
END
export APT_CONFIG="$work/apt.conf"
apt-get update

# gather PACKAGE...: them, and what they need besides PHP itself and its extensions, on the disk
gather() {
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
    grep -E '^(php|libjs-|wordpress)' |
    grep -vE '^php(|[0-9.]+.*|-(cli|common|curl|gd|intl|json|mbstring|mysql|sqlite3|uuid|xml))$' | sort -u >needed
  rm -rf debs/* disk
  # shellcheck disable=SC2046 # several packages
  (cd debs && apt-get download $(cat ../needed))
  for package in debs/*.deb; do dpkg -x "$package" disk; done
}

# vendor APP: PHP's libraries of the disk, which load each other by names below the release in place of /usr/share/php
vendor() {
  mkdir "made/$1"
  mv disk/usr/share/php "made/$1/vendor"
  find "made/$1/vendor" -name autoload.php -exec sed -i "s,'/usr/share/php/,',g" {} +
}

gather php-laravel-framework
vendor laravel
cat >made/laravel/vendor/autoload.php <<'END'
<?php
set_include_path(__DIR__ . PATH_SEPARATOR . get_include_path());
require __DIR__ . '/Illuminate/autoload.php';
require __DIR__ . '/app.php';
END

gather php-symfony-framework-bundle php-symfony-console php-symfony-dotenv php-symfony-messenger php-symfony-doctrine-messenger
vendor symfony
cat >made/symfony/vendor/autoload.php <<'END'
<?php
set_include_path(__DIR__ . PATH_SEPARATOR . get_include_path());
foreach (['Bundle/FrameworkBundle', 'Component/Console', 'Component/Dotenv', 'Component/Messenger/Bridge/Doctrine'] as $part) {
    require_once __DIR__ . "/Symfony/$part/autoload.php";
}
require __DIR__ . '/app.php';
END
# What Symfony asks Composer: nothing here was installed by it, so that classes alone say what is there.
mkdir made/symfony/vendor/Composer
cat >made/symfony/vendor/Composer/InstalledVersions.php <<'END'
<?php
namespace Composer;

class InstalledVersions
{
    public static function isInstalled(string $package): bool
    {
        return false;
    }
}
END
sed -i '/app.php/i require __DIR__ . "/Composer/InstalledVersions.php";' made/symfony/vendor/autoload.php
# Composer's part for the application itself: App\ lies in one directory.
for app in laravel:app symfony:src; do
  cat >"made/${app%:*}/vendor/app.php" <<END
<?php
spl_autoload_register(function (string \$class): void {
    \$file = dirname(__DIR__) . '/${app#*:}/' . strtr(substr(\$class, 4), '\\\\', '/') . '.php';
    if (str_starts_with(\$class, 'App\\\\') && is_file(\$file)) {
        require \$file;
    }
});
END
done

gather wordpress wordpress-theme-twentytwentyfive
# What Debian links to elsewhere lies in the tree, as WordPress's authors ship it; the certificates are the host's.
cd disk/usr/share/wordpress
rm .htaccess wp-config.php wp-includes/certificates/ca-bundle.crt
cd "$work"
cp -RL disk/usr/share/wordpress made/

mkdir -p "$(dirname "$dir")"
mv -T made "$dir"
