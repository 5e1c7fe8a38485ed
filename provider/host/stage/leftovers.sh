# What runs left behind that did not end.

# Each run holds a lock on its own directory as long as it lives, even if it is killed: a directory that is free has nobody. One
# that is a day old belongs to a run whose connection died unnoticed.
clear_leftovers() {
  lock_staging
  for left in "$own"/staging/*; do
    [ -d "$left" ] || continue
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
  problem=$(mkdir -m 0755 "$stage" 2>&1) || no_space "$stage cannot be made: $problem"
  exec 8<"$stage"
  flock -n 8 || fail lock "cannot lock $stage"
  unlock_staging
}

# drop_stage: leaves the host as it was
drop_stage() {
  exec 8<&-
  rm -rf "$stage"
}
