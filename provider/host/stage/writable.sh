# Directories that the site's PHP may write to: those of a new release, and shared ones.

# find_writer: who must be granted something: the user of php-fpm's pools; empty when that is this login itself
find_writer() {
  writer=
  [ -n "$writable_dirs$writable_shared" ] && [ "$writable_mode" = acl ] || return 0
  instead='or set writableMode to an octal mode, as in "0775"'
  if [ -n "$writable_user" ]; then
    writer=$(id -u "$writable_user" 2>/dev/null) ||
      refuse writable "the host has no user $writable_user" "Give writableUser the user that php-fpm's pool runs as"
  else
    writers=$(pool_users)
    case $writers in
      '') refuse writable "no php-fpm pool can be seen, so it is unknown who writes to the writable directories" \
        "Name the user with writableUser, $instead" ;;
      *' '*) refuse writable "php-fpm's pools run as several users: $writers" \
        "Name the one of this site with writableUser, $instead" ;;
    esac
    writer=$(id -u "$writers")
  fi
  if [ "$writer" = "$(id -u)" ]; then
    writer=
  elif ! command -v setfacl >/dev/null; then
    lack writable "the host has no setfacl, which grants the writable directories to ${writable_user:-$writers}" setfacl
  fi
}

# pool_users: the users of php-fpm's workers, which name their pool in their title; one word each
pool_users() {
  for process in /proc/[0-9]*; do
    title=
    { read -r title <"$process/cmdline"; } 2>/dev/null || :
    case $title in 'php-fpm: pool '*) stat -c %U "$process" 2>/dev/null || : ;; esac
  done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# make_writable: in the release that was received, and in shared/
make_writable() {
  [ -n "$writable_dirs$writable_shared" ] || return 0
  step granting
  while IFS= read -r path; do
    [ -z "$path" ] || grant "$stage/release/$path"
  done <<EOF
$writable_dirs
EOF
  while IFS= read -r path; do
    # A shared directory may hold very much: what was granted once is inherited by all that came later.
    [ -z "$path" ] || is_granted "$deploy_path/shared/$path" || grant "$deploy_path/shared/$path"
  done <<EOF
$writable_shared
EOF
}

is_granted() {
  [ "$writable_mode" = acl ] && [ -n "$writer" ] &&
    getfacl -c -n -p -- "$1" 2>/dev/null | grep -q "^default:user:$writer:rwx\$"
}

# grant DIR: it and all in it that is ours. A file with another name outside may be another release's too: it stays as it is.
grant() {
  problem=$(mkdir -p "$1" 2>&1 && grant_all "$1/" 2>&1) && return 0
  drop_stage
  fail writable "$path cannot be made writable: $(printf '%s\n' "$problem" | head -n 1 | visible)"
}

grant_all() {
  me=$(id -u)
  if [ "$writable_mode" != acl ]; then
    find "$1" -user "$me" -type d -exec chmod "$writable_mode" {} + &&
      find "$1" -user "$me" -type f -links 1 ! -perm -100 -exec chmod "$writable_file_mode" {} + &&
      find "$1" -user "$me" -type f -links 1 -perm -100 -exec chmod "$writable_mode" {} +
  elif [ -n "$writer" ]; then
    # The login's own entry: it must be able to remove what PHP makes.
    both="u:$writer:rwX,u:$me:rwX"
    find "$1" -user "$me" -type d -exec setfacl -m "$both,d:u:$writer:rwX,d:u:$me:rwX" {} + &&
      find "$1" -user "$me" -type f -links 1 -exec setfacl -m "$both" {} +
  fi
}

# make_release_dir DIR: with the group and the default ACL that releases/ gives to what is made in it, and only the kernel knows how
make_release_dir() {
  case $(ls -ld "$deploy_path/releases") in
    d?????[sS]* | ??????????+*)
      mkdir -m "$dir_mode" "$deploy_path/releases/.$stage_name" && mv -T "$deploy_path/releases/.$stage_name" "$1"
      ;;
    *) mkdir -m "$dir_mode" "$1" ;;
  esac
}

# keep_group DIR: tar set the modes that were sent, and took the bit off that hands the group on
keep_group() {
  [ ! -g "$deploy_path/releases" ] || find "$1" -type d -exec chmod g+s {} +
}
