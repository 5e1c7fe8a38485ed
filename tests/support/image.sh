#!/bin/sh
# Makes the disk of a test machine, a minimal Debian that serves example.com the way the method's article sets it up:
#   image.sh SUITE DIR [MIRROR]     fills DIR with the tree root/ and the key pair of its user, deploy
# Needs root and debootstrap. Without MIRROR debootstrap takes its own default.
# shellcheck shell=sh
set -eu
umask 022

suite=$1
dir=$2
mirror=${3-}
root=$dir/root
packages=nginx-light,php-fpm,php-cli,openssh-server,sudo,systemd,systemd-sysv,dbus,iproute2

debootstrap --variant=minbase --include="$packages" "$suite" "$root" ${mirror:+"$mirror"}
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root/etc/resolv.conf"

# An absent resolver makes each sudo wait for DNS; an empty one answers at once.
: >"$root/etc/resolv.conf"
ln -s /dev/null "$root/etc/systemd/system/console-getty.service"

# The user and exactly the article's two rights.
ssh-keygen -q -t ed25519 -N '' -C 'deploy of the test machines' -f "$dir/deploy_key"
chroot "$root" useradd --create-home --shell /bin/bash --groups www-data deploy
chroot "$root" install -d -m 0700 -o deploy -g deploy /home/deploy/.ssh
cp "$dir/deploy_key.pub" "$root/home/deploy/.ssh/authorized_keys"
chroot "$root" install -d -m 0755 -o deploy -g deploy /var/www/example.com /var/www/opcache
printf '%s\n' 'deploy ALL=(root) NOPASSWD: /usr/sbin/nginx -t, /usr/bin/systemctl reload nginx.service' >"$root/etc/sudoers.d/deploy"
chmod 0440 "$root/etc/sudoers.d/deploy"

# The pool's socket has PHP's version in its name.
php=$(chroot "$root" php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
printf '%s\n' 'opcache.enable=1' 'opcache.validate_timestamps=0' >"$root/etc/php/$php/fpm/conf.d/90-site.ini"
printf '%s\n' "/run/php/php$php-fpm.sock" >"$dir/pool"

cat >"$root/etc/nginx/sites-available/example.com" <<END
server {
    listen 80;
    server_name example.com;
    include /var/www/example.com/root_dir.nginx.conf;
    root \$root_dir;
    index index.php index.html;

    location / {
        try_files \$uri /index.php\$is_args\$args;
    }

    location ~ \\.php\$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME \$root_dir\$fastcgi_script_name;
        fastcgi_param DOCUMENT_ROOT \$root_dir;
        fastcgi_pass unix:/run/php/php$php-fpm.sock;
    }
}
END
cat >"$root/etc/nginx/sites-available/opcache" <<END
server {
    listen 127.0.0.1:8081;
    root /var/www/opcache;

    location ~ \\.php\$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
        fastcgi_pass unix:/run/php/php$php-fpm.sock;
    }
}
END
ln -s ../sites-available/example.com ../sites-available/opcache "$root/etc/nginx/sites-enabled/"
