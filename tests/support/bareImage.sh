#!/bin/sh
# Makes the disk of a bare test machine, a minimal Debian with little but sshd, as a provider hands it out:
#   bareImage.sh SUITE DIR [MIRROR]     fills DIR with the tree root/ and the key pair of its only user, root
# What apt would fetch lies in /srv/packages of the machine itself, which has no other network than the tests'.
# Needs root, debootstrap and dpkg. Without MIRROR debootstrap takes its own default.
# shellcheck shell=sh
set -eu
umask 022

suite=$1
dir=$2
mirror=${3-}
root=$dir/root
# php-fpm takes longer to set up than all the rest, so one suite has it already.
packages=openssh-server,systemd,systemd-sysv,dbus,iproute2
[ "$suite" != bookworm ] || packages=$packages,php-fpm
later=nginx,php-fpm,php-mbstring,sudo,acl,zstd
# The other one is for the examples, with what their applications need.
[ "$suite" != trixie ] || later=$later,php-curl,php-gd,php-intl,php-mysql,php-sqlite3,php-xml,php-zip,mariadb-server

mkdir "$dir/cache"
debootstrap --variant=minbase --cache-dir="$dir/cache" --include="$packages" "$suite" "$root" ${mirror:+"$mirror"}
debootstrap --variant=minbase --cache-dir="$dir/cache" --download-only --include="$packages,$later" "$suite" "$dir/later" ${mirror:+"$mirror"}
install -d "$root/srv/packages"
for package in "$dir"/later/var/cache/apt/archives/*.deb; do
  name=${package##*/}
  [ ! -e "$root/var/cache/apt/archives/$name" ] || continue
  cp "$package" "$root/srv/packages/"
  dpkg-deb --field "$package"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "$package")" "$(sha256sum "$package" | cut -d ' ' -f 1)"
done >"$root/srv/packages/Packages"
rm -rf "$dir/later" "$dir/cache" "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root/etc/resolv.conf"
echo 'deb [trusted=yes] file:/srv/packages ./' >"$root/etc/apt/sources.list"
# The disk is in memory, and lost in the end.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/test-machine"

# An absent resolver makes each sudo wait for DNS; an empty one answers at once.
: >"$root/etc/resolv.conf"
ln -s /dev/null "$root/etc/systemd/system/console-getty.service"

ssh-keygen -q -t ed25519 -N '' -C 'root of the test machines' -f "$dir/root_key"
install -d -m 0700 "$root/root/.ssh"
cp "$dir/root_key.pub" "$root/root/.ssh/authorized_keys"
echo /run/php/php-fpm.sock >"$dir/pool"
