# The user that puts releases on the host and switches to them, and the keys that let in as that user.

make() {
  [ "$(id -u "$deploy_user" 2>/dev/null)" != 0 ] || refuse "$deploy_user is root, which needs no right that could be given"
  if ! id "$deploy_user" >/dev/null 2>&1; then
    if getent group "$deploy_user" >/dev/null; then
      quietly useradd --create-home --shell /bin/bash --gid "$deploy_user" -- "$deploy_user"
    else
      quietly useradd --create-home --shell /bin/bash --user-group -- "$deploy_user"
    fi
    tell "made the user $deploy_user"
  fi
  user_home=$(getent passwd "$deploy_user" | cut -d : -f 6)
  case $(getent passwd "$deploy_user" | cut -d : -f 7) in
    */nologin | */false) refuse "$deploy_user has no login shell, and a release needs one: chsh -s /bin/bash $deploy_user" ;;
  esac
  put_keys
  set_pool_access
  # Debian's group for those who may read logs.
  [ -z "$log_access" ] || set_group "$log_access" adm
}

# put_keys: ours stand between two lines, so that one that is no longer given goes; all others stay
put_keys() {
  [ -n "$authorized_keys" ] || authorized_keys=$(keys_of_login)
  [ -n "$authorized_keys" ] || refuse "No key would let in as $deploy_user: set authorizedKeys, or give ${SUDO_USER:-root} a key of its own"
  user_begin="# of the SiteHost $server_name: made by pulumi-site-release"
  user_end="# end of $server_name"
  # shellcheck disable=SC2016 # the variables are those of the inner shell
  {
    as_deploy cat "$user_home/.ssh/authorized_keys" 2>/dev/null || :
  } | awk -v begin="$user_begin" -v end="$user_end" '$0 == begin { ours = 1 } !ours { print } $0 == end { ours = 0 }' |
    {
      cat
      printf '%s\n%s\n%s\n' "$user_begin" "$authorized_keys" "$user_end"
    } | as_deploy sh -c 'umask 077 && mkdir -p "$1/.ssh" && cat >"$1/.ssh/.keys.$$" && mv -f "$1/.ssh/.keys.$$" "$1/.ssh/authorized_keys"' sh "$user_home"
  tell "$(printf '%s\n' "$authorized_keys" | grep -c .) key(s) let in as $deploy_user"
}

# keys_of_login: those that let in whoever runs this
keys_of_login() {
  user_login=$(getent passwd "${SUDO_USER:-root}" | cut -d : -f 6)
  grep -v -e '^#' -e '^[[:space:]]*$' "$user_login/.ssh/authorized_keys" 2>/dev/null || :
}

# set_pool_access: the group of php-fpm's socket lets try a release before it is switched to, and clear opcache
set_pool_access() {
  user_group=$(stat -L -c %G "$pool" 2>/dev/null) || user_group=
  case $user_group in
    '') [ "$pool_access" = no ] || refuse "php-fpm has no socket at $pool: is its service running?" ;;
    root | "$deploy_user") [ "$pool_access" = no ] || warn "$pool is of the group $user_group: set listen.group in php-fpm's pool, or $deploy_user stays without it" ;;
    *) set_group "$pool_access" "$user_group" ;;
  esac
}

# set_group yes|no GROUP: whether the deploy user is in it
set_group() {
  user_groups=" $(id -nG "$deploy_user") "
  case $1$user_groups in
    yes*" $2 "*) ;;
    yes*) quietly usermod --append --groups "$2" "$deploy_user" && tell "$deploy_user is in the group $2" ;;
    no*" $2 "*) quietly gpasswd --delete "$deploy_user" "$2" && tell "$deploy_user is no longer in the group $2" ;;
  esac
}
