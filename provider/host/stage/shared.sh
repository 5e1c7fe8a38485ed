# The shared paths of a release: links into shared/, relative ones as Deployer makes them.

# make_shared: directories are made; a file that is missing only a person can write
make_shared() {
  missing=
  while IFS= read -r path; do
    [ -z "$path" ] || [ -f "$deploy_path/shared/$path" ] || missing="$missing $deploy_path/shared/$path"
  done <<EOF
$shared_files
EOF
  [ -z "$missing" ] ||
    refuse shared-file-missing "these shared files do not exist:$missing" "Create them on the host, once: they are no part of a release"
  while IFS= read -r path; do
    [ -z "$path" ] || [ -d "$deploy_path/shared/$path" ] || mkdir -p "$deploy_path/shared/$path" ||
      fail shared-path "the shared directory $deploy_path/shared/$path cannot be made"
  done <<EOF
$shared_dirs
EOF
}

# link_shared DIR: puts the links into a release that was sent; nothing of its own is in their places
link_shared() {
  while IFS= read -r path; do
    case $path in
      '') continue ;;
      */*) mkdir -p -- "$1/${path%/*}" || return 1 ;;
    esac
    ln -s -- "$(climb "$path")shared/$path" "$1/$path" || return 1
  done <<EOF
$(shared_paths)
EOF
}

# climb PATH: the way from there up to deployPath: "../../" and one more for each directory in the path
climb() {
  printf '../../'
  printf '%s' "$1" | tr -cd / | sed 's,/,../,g'
}

# unlinked_shared DIR: the first shared path that is no link to its place
unlinked_shared() {
  while IFS= read -r path; do
    [ -z "$path" ] && continue
    if [ ! -L "$1/$path" ] || [ "$(readlink -f "$1/$path")" != "$(readlink -f "$deploy_path/shared/$path")" ]; then
      printf '%s\n' "$path"
      return
    fi
  done <<EOF
$(shared_paths)
EOF
}
