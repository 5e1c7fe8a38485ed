# Is the release there, whole, and readable for those who serve it?

require_release() {
  release_dir=$deploy_path/releases/$version
  [ -d "$release_dir" ] || fail release-missing "$release_dir"
  [ -f "$own_dir/manifests/$version" ] || fail release-unfinished "$release_dir"
  [ -d "$root" ] || fail root-missing "$root"
  ready_front=none
  if [ -f "$root/index.php" ]; then
    ready_front=index.php
  elif [ -f "$root/index.html" ]; then
    ready_front=index.html
  fi
  fact front "$ready_front"
  [ -n "$master" ] && [ -z "$hidden" ] || return 0
  look
  for ready_pid in $serving; do
    require_readable_by "$ready_pid"
    break
  done
}

# require_readable_by PID: nginx's worker must pass every directory down to the front controller, and read it
require_readable_by() {
  ready_uid=$(sed -n 's/^Uid:[[:space:]]*[0-9]*[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 0
  ready_gids=" $(sed -n 's/^Gid:[[:space:]]*[0-9]*[[:space:]]*\([0-9]*\).*/\1/p; s/^Groups://p' "/proc/$1/status" 2>/dev/null | tr '\n\t' '  ') "
  [ -n "$ready_uid" ] && [ "$ready_uid" != 0 ] || return 0
  ready_path=$root
  [ "$ready_front" = none ] || ready_path=$root/$ready_front
  set --
  while [ -n "$ready_path" ]; do
    set -- "$@" "$ready_path"
    ready_path=${ready_path%/*}
  done
  # One look at all of them: each would cost a process.
  while read -r ready_owner ready_group ready_mode ready_path; do
    case $ready_path in
      '') ;;
      "$root/$ready_front") require_bit "$ready_path" 4 read ;;
      *) require_bit "$ready_path" 1 enter ;;
    esac
  done <<END
$(stat -L -c '%u %g %a %n' "$@" 2>/dev/null || :)
END
}

# require_bit PATH BIT VERB, of what $ready_owner, $ready_group and $ready_mode are told
require_bit() {
  ready_shift=0
  if [ "$ready_owner" = "$ready_uid" ]; then
    ready_shift=6
  else
    case $ready_gids in *" $ready_group "*) ready_shift=3 ;; esac
  fi
  [ $(((0$ready_mode >> ready_shift) & $2)) -eq 0 ] || return 0
  # An ACL may say anything; who set one knows what they did.
  case $(ls -ld "$1") in ??????????+*) return 0 ;; esac
  fail release-unreadable "$1 ($3, user $(id -nu "$ready_uid" 2>/dev/null || printf '%s' "$ready_uid"))"
}
