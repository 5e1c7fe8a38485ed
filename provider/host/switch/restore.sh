# The restore: the include as it was, tested, reloaded and proved like any switch.

# choose_before: the root to come back to: what the include names, else (it was missing, or its root is gone) what was committed last,
# else the placeholder; "verbatim" stands for an include of somebody else's wording
choose_before() {
  if [ -n "$red_before" ]; then
    # Nothing to come back to: nginx cannot start with it.
    include_state=missing
    include_root=
  fi
  if [ "$include_state" = foreign ]; then
    before=verbatim
    return 0
  fi
  before=$include_root
  [ -n "$before" ] && [ -d "$before" ] && return 0
  before=$(safe_root)
}

# safe_root: that of the version that was committed last, or the placeholder where there is none
safe_root() {
  before_live=$(field "$(journal_last committed)" to)
  if [ -n "$before_live" ] && [ -d "$deploy_path/releases/$before_live/$public_dir" ]; then
    root_of "$before_live"
  else
    printf '%s' "$own_dir/empty"
  fi
}

# keep_verbatim: safe against a power cut, as the include itself is
keep_verbatim() {
  cp -f "$include_path" "$own_dir/include.before" && sync "$own_dir/include.before"
}

root_of() {
  if [ "$public_dir" = . ]; then
    printf '%s' "$deploy_path/releases/$1"
  else
    printf '%s' "$deploy_path/releases/$1/$public_dir"
  fi
}

# put_back REASON: under the host lock; 0 when the earlier root is served again, or was never left. From here on no signal ends it, nor what
# it runs.
put_back() {
  trap '' HUP INT TERM
  tried=$reloaded
  if [ "$moved" = symlink ]; then
    put_back_link "$1"
    return
  fi
  step restoring "$(version_of "$before")"
  wanted_root=$before
  write_before || { restore_failed "cannot write $include_path"; return 1; }
  # Red as it was before us, and nothing reloaded: nginx has never met what we wrote. A test that does not end says nothing: these words were
  # green once, and the workers judge.
  if ! test_nginx && [ "$test_why" = test-red ] && { [ -n "$reloaded" ] || [ -z "$was_red" ]; }; then
    printf '%s\n' "$test_text" | text restore-test
    restore_failed "nginx -t is red"
    return 1
  fi
  [ "$test_why" != test-late ] || fact untested "$test_command"
  tried=
  if [ -n "$reloaded" ] && ! { reload_nginx && stand; }; then
    if ! never_left; then
      printf '%s\n' "$why_text" | text restore-reload
      restore_failed "$why"
      return 1
    fi
    # Nothing new was proved: whether they run by this include, the witness from before the switch says.
    reloaded=
  fi
  if [ -n "$reloaded$was_witnessed" ]; then
    set -- "$1" master "$master:$(master_started)" include "$(include_id)"
  fi
  restore_reason=$1
  shift
  journal restored from "$failed_version" to "$(version_of "$before")" reason "$restore_reason" "$@" || :
  fact restored "$before"
}

# never_left: nginx ignores both reloads, and the workers from before the switch go on. Should it come to its senses later, it reads what is restored.
never_left() {
  case $why in reload-ignored | reload-late) ;; *) return 1 ;; esac
  [ "$serving" != ' ' ] || return 1
  for left_pid in $serving; do
    case $old_workers in *" $left_pid "*) ;; *) return 1 ;; esac
  done
}

# prepare_before: the include to come back to, made before the switch: a new version may fill the disk
prepare_before() {
  before_words=$(before_text) && prepare_include before "$before_words"
}

write_before() {
  if [ -f "$(temp_include before)" ]; then
    place_include before
  else
    before_words=$(before_text) && replace_include "$before_words"
  fi
}

before_text() {
  if [ "$before" = verbatim ]; then
    cat "$own_dir/include.before"
  else
    include_text "$before"
  fi
}

# restore_failed WHY: Pulumi's state keeps the resource for its next update, so the site is its owner's from here on
restore_failed() {
  fact restore-failed "$1"
  tell_left
  [ ! -f "$own_dir/.owner.$run" ] || place_owner || :
  journal unrestored from "$failed_version" to "$(version_of "$before")" reason "$1" || :
}

# tell_left: what a person finds on the host: what the include names, and who serves, or what `current` names
tell_left() {
  if [ "$moved" = symlink ]; then
    fact left-current "$(readlink "$deploy_path/current" 2>/dev/null || :)"
    return 0
  fi
  include_root=
  if [ -f "$include_path" ] && [ -r "$include_path" ]; then read_include; fi
  fact left-include "${include_root:-$include_path}"
  find_master
  if [ -z "$master" ]; then
    fact left-workers stopped
    return 0
  fi
  look
  left_who=before
  for left_pid in $serving; do
    case $old_workers in *" $left_pid "*) ;; *) left_who=others ;; esac
  done
  # They came up by our reload, and nothing else was reloaded since.
  if [ "$left_who" = others ] && [ -n "$tried" ]; then left_who=new; fi
  [ "$serving" != ' ' ] || left_who=none
  fact left-workers "$left_who"
}

# fail_restored REASON [DETAIL]: the way out after the include was written, or `current` was moved
fail_restored() {
  phase=restoring
  if by_link; then
    put_back "$1" || :
    phase=over
    fail "$@"
  fi
  lock_host_to_restore
  # Somebody may have restarted nginx during the probe, or stopped it: then nobody serves, and whoever starts it reads what is restored.
  find_master
  [ -n "$master" ] || reloaded=
  put_back "$1" || :
  phase=over
  unlock_host
  fail "$@"
}
