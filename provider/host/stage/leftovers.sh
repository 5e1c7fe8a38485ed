# What runs left behind that did not end.

# Each run holds a lock on its own directory as long as it lives, even if it is killed: a directory that is free has nobody. One
# that is a day old belongs to a run whose connection died unnoticed.
clear_leftovers() {
  lock_staging
  for left in "$own"/staging/*; do
    # What this run can go on from stays.
    if [ ! -d "$left" ] || is_rest "$left"; then continue; fi
    if [ -n "$(find "$left" -prune -mtime +0)" ] || (exec 8<"$left" && flock -n 8); then
      take_back "$left"
      mv -T "$left" "$own/trash/${left##*/}" || warn "$left is left over from an earlier run and cannot be moved away"
    fi
  done
  # A manifest comes before its release: without one, that run ended between.
  for left in "$own"/manifests/*; do
    [ ! -f "$left" ] || [ -e "$deploy_path/releases/${left##*/}" ] || rm -f "$left"
  done
  unlock_staging
  empty_trash
}

# open_stage: this run's own directory
open_stage() {
  lock_staging
  take_rest || {
    problem=$(mkdir -m 0755 "$stage" 2>&1) || no_space "$stage cannot be made: $problem"
    exec 8<"$stage"
    flock -n 8 || fail lock "cannot lock $stage"
  }
  { printf '%s\n' "$$" >"$stage/pid"; } 2>/dev/null || :
  unlock_staging
  trap wordless EXIT
}

# wordless: a list that the disk has no room for ends the shell at once (set -e, and a failed redirection)
wordless() {
  [ -z "${worded:-}" ] || return 0
  [ ! -e "$stage/preparing" ] || mv -T "$release" "$stage/release" || :
  no_space "something in $stage cannot be written"
}

# drop_stage: leaves the host as it was
drop_stage() {
  # Nobody may take for a rest what is being removed.
  rm -f "$stage/rest"
  exec 8<&-
  rm -rf "$stage"
}
