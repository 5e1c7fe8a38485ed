# The shared paths of a release: links into shared/, relative ones as Deployer makes them.

# unshared: the numbers, counted from 1, of the shared paths that nothing is at yet
unshared() {
  number=0
  numbers=
  while IFS= read -r path; do
    number=$((number + 1))
    [ -z "$path" ] || [ -e "$deploy_path/shared/$path" ] || [ -L "$deploy_path/shared/$path" ] || numbers="$numbers $number"
  done <<EOF
$(shared_paths)
EOF
  echo "${numbers# }"
}

# need_shared_files OFFERED: each is there, or the release brings its own copy, by number; if not, only a person can write it
need_shared_files() {
  missing=
  number=$(printf '%s\n' "$shared_dirs" | grep -c .) || :
  while IFS= read -r path; do
    [ -n "$path" ] || continue
    number=$((number + 1))
    case " $1 " in *" $number "*) continue ;; esac
    [ -f "$deploy_path/shared/$path" ] || missing="$missing $deploy_path/shared/$path"
  done <<EOF
$shared_files
EOF
  [ -n "$missing" ] || return 0
  drop_stage
  refuse shared-file-missing "these shared files do not exist:$missing" "Create them on the host, once: they are no part of a release"
}

# make_shared: directories are made; files must be there
make_shared() {
  need_shared_files ""
  while IFS= read -r path; do
    [ -z "$path" ] || [ -d "$deploy_path/shared/$path" ] || mkdir -p "$deploy_path/shared/$path" ||
      fail shared-path "the shared directory $deploy_path/shared/$path cannot be made"
  done <<EOF
$shared_dirs
EOF
}

# set_copies_aside: the copies of shared paths that came with a release; they are no part of it
set_copies_aside() {
  while IFS= read -r path; do
    if [ -z "$path" ] || [ ! -e "$stage/release/$path" ]; then continue; fi
    mkdir -p "$stage/shared/$path" && rmdir "$stage/shared/$path" &&
      mv -T "$stage/release/$path" "$stage/shared/$path" || return 1
  done <<EOF
$(shared_paths)
EOF
}

# fill_shared: as Deployer does, the first copy becomes what is shared; what is there stays as it is (recipe/deploy/shared.php).
# Copied, not moved: the group and the ACLs are then those that shared/ gives.
fill_shared() {
  shared_filled=
  while IFS= read -r path; do
    target=$deploy_path/shared/$path
    if [ -z "$path" ] || [ ! -e "$stage/shared/$path" ] || [ -e "$target" ]; then continue; fi
    partial=${target%/*}/.${stage_name}
    problem=$(mkdir -p "${target%/*}" 2>&1 && cp -R -P "$stage/shared/$path" "$partial" 2>&1 && mv -T -n "$partial" "$target" 2>&1) || {
      rm -rf "$partial"
      drop_stage
      fail shared-path "the release's own copy cannot be put into $target: $(printf '%s\n' "$problem" | head -n 1 | visible)"
    }
    if [ -e "$partial" ]; then
      rm -rf "$partial" # somebody else was first
    elif [ -n "$(find "$target" ! -type d | head -n 1)" ]; then
      shared_filled="${shared_filled:+$shared_filled, }$path"
    fi
  done <<EOF
$(shared_paths)
EOF
  # One note: a site's first release brings all of them.
  [ -z "$shared_filled" ] || warn "In $deploy_path/shared these did not exist, and begin with the source's own copies: $shared_filled"
  make_shared
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
