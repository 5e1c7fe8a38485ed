# The include: one line that names the live root. It is only ever replaced whole.

# by_link: `strategy: symlink`, by which nginx follows `current` and the include is nothing to it (link.sh)
by_link() { [ "$strategy" = symlink ]; }

# resolve_include: the file itself where the path is a link; $include_named is what nginx's configuration names
resolve_include() {
  include_named=$include_path
  [ ! -h "$include_path" ] || include_path=$(readlink -f "$include_path") || include_path=$include_named
}

# read_include: $include_state is missing, ours (then $include_root is the root it names) or foreign
read_include() {
  include_root=
  include_state=missing
  [ -e "$include_path" ] || return 0
  include_state=foreign
  # What reads a FIFO waits for a writer.
  [ -f "$include_path" ] || fail include-unreadable "$include_path"
  include_line=$(include_words) || fail include-unreadable "$include_path"
  # shellcheck disable=SC2016 # $root_dir is nginx's
  case $include_line in
    'set $root_dir '*';')
      include_root=${include_line#'set $root_dir '}
      include_root=${include_root%;}
      case $include_root in
        /*) ;;
        *) include_root= ;;
      esac
      case $include_root in
        '' | *[!A-Za-z0-9_./@+~-]*) include_root= ;;
        *) include_state=ours ;;
      esac
      ;;
  esac
}

# look_at_include: for another strategy it is only of interest
look_at_include() {
  if by_link && [ -e "$include_path" ] && [ ! -r "$include_path" ]; then
    include_state=unreadable
    include_root=
  else
    read_include
  fi
}

# require_writable_include: it, and a link that leads nowhere, not even to a directory
require_writable_include() {
  [ ! -h "$include_path" ] || fail include-unwritable "$(readlink "$include_path")"
  [ -w "${include_path%/*}" ] || fail include-unwritable "${include_path%/*}"
}

# write_include ROOT: safe against a power cut at any instant; every reader meets the old text or the new one
write_include() {
  replace_include "$(include_text "$1")"
}

# include_text ROOT: what an include of ours says
include_text() {
  # shellcheck disable=SC2016 # $root_dir is nginx's
  printf 'set $root_dir %s;' "$1"
}

# replace_include TEXT
replace_include() {
  prepare_include next "$1" && place_include next
}

# prepare_include NAME TEXT: the whole file, on the disk, under a name of its own
prepare_include() {
  include_temp=$(temp_include "$1")
  if printf '%s\n' "$2" >"$include_temp" && chmod 0644 "$include_temp" && sync "$include_temp"; then return 0; fi
  rm -f "$include_temp"
  return 1
}

# place_include NAME: a rename, which needs no room
place_include() {
  mv -f "$(temp_include "$1")" "$include_path" && sync "${include_path%/*}"
}

# temp_include NAME: the leading dot keeps it from globs such as *.conf
temp_include() {
  printf '%s/.%s.site-release-%s.%s' "${include_path%/*}" "${include_path##*/}" "$run" "$1"
}

# ensure_include: a server block that names an include which is missing keeps nginx from starting and from reloading, for every site of the
# host; the placeholder ends that, whatever becomes of the version. After a switch by another strategy nobody reads it, and it names what was live
# long ago: it says what is live before anybody has nginx read it again.
ensure_include() {
  ensure_root=$own_dir/empty
  if [ "$(field "$(journal_last committed)" strategy)" = symlink ]; then
    ensure_root=$(safe_root)
    [ "$include_state" != ours ] || [ "$include_root" = "$ensure_root" ] || include_state=missing
  fi
  [ "$include_state" = missing ] || return 0
  write_include "$ensure_root" || fail disk-full "$(df -P "${include_path%/*}" | tail -n 1)"
}

# version_of ROOT: the version whose root this is, or nothing
version_of() {
  case $1 in
    "$deploy_path"/releases/*)
      version_rest=${1#"$deploy_path/releases/"}
      printf '%s' "${version_rest%%/*}"
      ;;
  esac
}
