# nginx, php-fpm, and what a release needs: only what is missing is installed, and nothing is ever removed.

make() {
  packages_missing=
  command -v nginx >/dev/null || want nginx
  if [ -n "$php_version" ]; then
    want "php$php_version-fpm"
  elif ! has_php_fpm; then
    want php-fpm
  fi
  command -v sudo >/dev/null || want sudo
  command -v setfacl >/dev/null || want acl
  command -v zstd >/dev/null || want zstd
  for package in $packages; do want "$package"; done
  if [ -z "$packages_missing" ]; then
    tell 'nothing is missing'
  else
    install_missing
    tell "installed$packages_missing"
  fi
  tell "$(nginx -v 2>&1)"
}

# want PACKAGE
want() {
  package_state=$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) || package_state=
  [ "$package_state" = installed ] || packages_missing="$packages_missing $1"
}

has_php_fpm() {
  for packages_fpm in /usr/sbin/php-fpm[0-9]*; do
    [ ! -x "$packages_fpm" ] || return 0
  done
  return 1
}

install_missing() {
  command -v apt-get >/dev/null || refuse "missing:$packages_missing, and this host has no apt-get to install them"
  # A fresh machine installs things of its own at first: both waits are for that.
  ! command -v cloud-init >/dev/null || timeout 600 cloud-init status --wait >/dev/null 2>&1 || :
  DEBIAN_FRONTEND=noninteractive
  NEEDRESTART_SUSPEND=1
  export DEBIAN_FRONTEND NEEDRESTART_SUSPEND
  # A list that does not come is told by the installation, if it needed it.
  packages_lists=$(apt-get update 2>&1) || :
  # A name that apt does not know, and that has a dot in it, is a regular expression to it otherwise: php8.2-x would be all of php8.2-xml, -xsl …
  # shellcheck disable=SC2086 # several packages
  quietly apt-get install --yes --no-remove --no-install-recommends -o APT::Cmd::Pattern-Only=true -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -- $packages_missing && return 0
  printf '%s\n' "$packages_lists" | grep '^[EW]:' | tail -n 5 >&2 || :
  refuse "Cannot install$packages_missing. Where a version of PHP is not Debian's or Ubuntu's own, its repository must be among apt's sources"
}
