# Who works on the site, and what an interrupted switch left.

# look_at_lock: $lock_state; said before the journal is read, so that a switch that ends meanwhile is not called interrupted
look_at_lock() {
  lock_state=free
  lock_journal=$(journal_size)
  if ! command -v flock >/dev/null; then
    lock_state=unknown
    unseen "whether a switch is under way: the host has no flock"
  elif [ ! -r "$deploy_path" ]; then
    lock_state=unknown
    unseen "whether a switch is under way: $deploy_path cannot be read"
  elif switch_works; then
    lock_state=held
  fi
  fact lock "$lock_state"
}

# tell_deployer: since when, and who, by Deployer's own lock
tell_deployer() {
  [ -f "$deploy_path/.dep/deploy.lock" ] || return 0
  fact deployer "$(stat -c %Y "$deploy_path/.dep/deploy.lock") $(head -n 1 "$deploy_path/.dep/deploy.lock" 2>/dev/null | head -c 200)"
}

# tell_unfinished: as recover() finds it at the next run: the last step, the switch that it is of, and whether what that would come back to is there
tell_unfinished() {
  [ "$lock_state" = free ] && ! switch_works && [ "$(journal_size)" = "$lock_journal" ] || return 0
  unfinished_line=$(journal_last switching reloaded unrestored committed restored)
  case $(field "$unfinished_line" step) in
    switching | reloaded | unrestored) ;;
    *) return 0 ;;
  esac
  unfinished_begun=$(journal_last switching)
  say text unfinished "$unfinished_line"
  say text unfinished "$unfinished_begun"
  unfinished_before=$(field "$unfinished_begun" before)
  if [ "$unfinished_before" != verbatim ] && [ ! -d "$unfinished_before" ]; then fact before-gone yes; fi
}
