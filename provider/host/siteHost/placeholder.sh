# The include that the server block names: without it nginx neither starts nor reloads. It gets what `current` leads to, or else an empty
# directory. One that is there stays, unless our own server block has followed the link until now: then it names what was live before that.

make() {
  if [ -e "$include_path" ] || [ -h "$include_path" ]; then
    if ! was_by_link; then
      tell "$include_path is there"
      return 0
    fi
  fi
  # shellcheck disable=SC2016 # $root_dir is nginx's
  placeholder_root=$(live_root) && placeholder=$(printf 'set $root_dir %s;' "$placeholder_root")$newline
  # shellcheck disable=SC2016 # the variables are those of the inner shell
  printf '%s' "$placeholder" | as_deploy sh -c 'cat >"$1.$$" && mv -f "$1.$$" "$1"' sh "$include_path"
  tell "wrote $include_path: $placeholder"
}

# was_by_link: our server block is that of strategy "symlink", and leads somewhere
was_by_link() {
  [ -e "$deploy_path/current" ] || return 1
  # shellcheck disable=SC2016 # $realpath_root is nginx's
  grep -qsF '$realpath_root' "/etc/nginx/sites-available/$server_name" "/etc/nginx/conf.d/$server_name.conf"
}

# live_root: the web root of the release that `current` leads to, if it is one
live_root() {
  placeholder_live=$(readlink -f "$deploy_path/current") || return 1
  case $placeholder_live in
    *[!A-Za-z0-9_./@+~-]*) return 1 ;;
    "$(readlink -f "$deploy_path")"/releases/*) ;;
    *) return 1 ;;
  esac
  placeholder_live=$deploy_path/releases/${placeholder_live##*/}
  [ "$public_dir" = . ] || placeholder_live=$placeholder_live/$public_dir
  [ -d "$placeholder_live" ] || return 1
  printf '%s' "$placeholder_live"
}
