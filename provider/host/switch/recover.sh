# What an interrupted run left: its journal ends before "committed" or "restored". We hold the site's lock, so that run is dead.

recover() {
  recover_line=$(journal_last switching reloaded unrestored committed restored)
  case $(field "$recover_line" step) in
    switching | reloaded | unrestored) ;;
    *) return 0 ;;
  esac
  recover_line=$(journal_last switching)
  before=$(field "$recover_line" before)
  was_witnessed=
  recover_to=$(field "$recover_line" to)
  moved=$(field "$recover_line" strategy)
  moved=${moved:-include}
  failed_root=$(field "$recover_line" root)
  failed_run=$(field "$recover_line" run)
  if [ "$moved" = symlink ]; then
    read_current
    clear_trace "$failed_root" "$failed_run"
  fi
  if [ "$before" != verbatim ] && [ ! -d "$before" ]; then
    # What the include or `current` names now was never proved healthy.
    if [ "$moved" = symlink ]; then
      before=$(safe_root)
    else
      include_root=
      include_state=missing
      choose_before
    fi
  fi
  if [ "$moved" != "$strategy" ]; then
    recover_other
    return
  fi
  if [ "$recover_to" = "$version" ]; then
    # Its target is ours: this run finishes it, and comes back to where it came from.
    recovered_before=$before
    failed_root=$root
    failed_run=$run
    fact recovered "finishing $recover_to"
    return 0
  fi
  if [ -z "$master" ] && ! by_link; then
    # Nobody serves. The switch that follows writes the include, and comes back to what was there before both.
    recovered_before=$before
    return 0
  fi
  failed_version=$recover_to
  step recovering "$recover_to"
  if by_link; then
    put_back interrupted || fail unrecovered "$recover_to"
  else
    lock_host
    reloaded=yes
    put_back interrupted || { unlock_host; fail unrecovered "$recover_to"; }
    reloaded=
    unlock_host
  fi
  fact recovered "restored $(words_for_before) after an interrupted switch to $recover_to"
  go_on
}

# go_on: the switch that follows is our own
go_on() {
  heed_signals
  moved=$strategy
  failed_version=$version
  failed_root=$root
  failed_run=$run
  rm -f "$own_dir/.current.$run".*
  look_at_include
}

# recover_other: what another strategy left is never finished by ours. Its include goes back as far as our rights go: whether nginx still reads it,
# the trace of `current` tells.
recover_other() {
  failed_version=$recover_to
  recover_text="restored $(words_for_before)"
  step recovering "$recover_to"
  if [ "$moved" = symlink ]; then
    put_back interrupted || fail unrecovered "$recover_to"
  elif [ -n "$master" ] && [ -r "$conf_dir" ]; then
    lock_host
    reloaded=yes
    put_back interrupted || recover_text="wrote the include back, unproved,"
    reloaded=
    unlock_host
  else
    recover_text="wrote the include back, without a reload,"
    write_before || fail unrecovered "$recover_to"
    journal restored from "$recover_to" to "$(version_of "$before")" reason interrupted || :
  fi
  fact recovered "$recover_text after an interrupted switch to $recover_to"
  go_on
}

# words_for_before: what was come back to is not always a version
words_for_before() {
  case $before in
    verbatim)
      if [ "$moved" = symlink ]; then printf 'current as it was'; else printf 'the include as it was'; fi
      return 0
      ;;
    "$own_dir/empty") printf 'the placeholder' && return 0 ;;
  esac
  before_version=$(version_of "$before")
  printf '%s' "${before_version:-$before}"
}
