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
  before=
  before_live=$(field "$(journal_last committed)" to)
  if [ -n "$before_live" ] && [ -d "$deploy_path/releases/$before_live/$public_dir" ]; then
    before=$(root_of "$before_live")
  fi
  [ -n "$before" ] || before=$own_dir/empty
}

# keep_verbatim: safe against a power cut, as the include itself is
keep_verbatim() {
  cp "$include_path" "$own_dir/include.before" && sync "$own_dir/include.before"
}

root_of() {
  if [ "$public_dir" = . ]; then
    printf '%s' "$deploy_path/releases/$1"
  else
    printf '%s' "$deploy_path/releases/$1/$public_dir"
  fi
}

# put_back REASON: under the host lock; 0 when the earlier root is served again, or was never left
put_back() {
  step restoring "$(version_of "$before")"
  wanted_root=$before
  write_before || { restore_failed "cannot write $include_path"; return 1; }
  # Red as it was before us, and nothing reloaded: nginx has never met what we wrote.
  if ! test_nginx && { [ -n "$reloaded" ] || [ -z "$was_red" ]; }; then
    printf '%s\n' "$test_text" | text restore-test
    restore_failed "nginx -t is red"
    return 1
  fi
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
  [ "$why" = reload-ignored ] && [ "$serving" != ' ' ] || return 1
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
  [ ! -f "$own_dir/.owner.$run" ] || place_owner || :
  journal unrestored from "$failed_version" to "$(version_of "$before")" reason "$1" || :
}

# fail_restored REASON [DETAIL]: the way out after the include was written
fail_restored() {
  phase=restoring
  lock_host_to_restore
  # Somebody may have restarted nginx during the probe, or stopped it: then nobody serves, and whoever starts it reads what is restored.
  find_master
  [ -n "$master" ] || reloaded=
  put_back "$1" || :
  phase=over
  unlock_host
  fail "$@"
}
