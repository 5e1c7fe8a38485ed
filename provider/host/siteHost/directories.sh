# The site's directory, and the include's where that is another one. What is there and in use is left as it is.

make() {
  own_directory "$deploy_path"
  [ "$(dirname "$include_path")" = "$deploy_path" ] || own_directory "$(dirname "$include_path")"
  as_deploy mkdir -p "$deploy_path/.site-release/empty"
}

# own_directory DIR: there, and the deploy user's to write in
own_directory() {
  if [ ! -e "$1" ]; then
    install -d -o "$deploy_user" -g "$(id -gn "$deploy_user")" -m 0755 "$1"
    tell "made $1"
  elif [ ! -d "$1" ]; then
    refuse "$1 is no directory"
  elif as_deploy test -w "$1"; then
    tell "$1 is there"
  elif [ -z "$(ls -A "$1")" ]; then
    chown "$deploy_user": "$1"
    tell "gave $1 to $deploy_user"
  else
    refuse "$1 is there with something in it, and $deploy_user cannot write in it: chown $deploy_user $1, if it may"
  fi
}
