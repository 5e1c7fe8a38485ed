# The switch, from lock to drain. It runs on the host as one script, so that a lost connection or a killed client leaves the old version or
# the new one, whole.

main() {
  own_dir=$deploy_path/.site-release
  gone=
  signalled=
  phase=before # before, locked, written, restoring, over
  failed_for=
  failed_version=$version
  reloaded=
  recovered_before=
  red_before=
  was_red=
  old_workers=
  heed_signals
  moved=$strategy
  failed_root=$root
  failed_run=$run
  trap leave EXIT
  prepare
  lock_site
  name_holder
  rm -f "$own_dir"/.current.* "$own_dir"/.owner.*
  rm -f "${include_path%/*}/.${include_path##*/}.site-release-"* || by_link
  await_deployer
  require_steps
  find_master
  look_at_include
  recover
  journal locked to "$version" || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  phase=locked
  require_owner
  by_link || ensure_include
  read_current
  ! by_link || ensure_link
  require_release
  choose_live
  if nothing_to_do; then
    { prepare_owner && place_owner; } || fact unfinished "$own_dir/owner"
    finish_deployer || fact unfinished "$deploy_path/.dep/deploy.lock"
    journal unchanged to "$version" || :
    succeed unchanged
  fi
  tell_steps
  smoke
  mark_logs
  if by_link; then switch_link; else switch; fi
  await_word
  settle
}

# heed_signals: they end what can still be ended; a restore ignores them
heed_signals() {
  for signal in HUP INT TERM; do
    # shellcheck disable=SC2064 # the name is to be expanded now
    trap "signalled=$signal" "$signal"
  done
}

# smoke: the client tries the release straight through php-fpm, before nginx knows of it
smoke() {
  for smoke_socket in /run/php/*.sock; do
    if [ -S "$smoke_socket" ] && [ -w "$smoke_socket" ]; then readlink -f "$smoke_socket"; fi
  done | sort -u | text pool
  step smoke
  ask smoke "$commit_timeout"
  smoke_failed=smoke-failed
  if [ "$reply" = warming ]; then
    # It passed, and the client makes opcache ready for it, which has a time of its own.
    smoke_failed=warm-failed
    ask warm "$warm_timeout"
  fi
  [ "$reply" = go ] || fail "$smoke_failed" "${reply#abort }"
}

# switch: include, test, reload, proof; all of it under the host's lock
switch() {
  lock_host
  find_master
  read_include
  require_green
  if [ -n "$recovered_before" ]; then
    # An include of somebody else's wording was kept by the run that was interrupted: what lies there now is ours.
    before=$recovered_before
  else
    choose_before
    [ "$before" != verbatim ] || keep_verbatim || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  fi
  if [ -n "$master" ]; then
    look
    old_workers=$serving
    require_no_pending_edits
    require_no_stranger
  fi
  { prepare_before && prepare_current && prepare_owner; } || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  [ -z "$gone$signalled" ] || fail client-gone "before the switch"
  journal switching from "$live" to "$version" before "$before" root "$root" || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  phase=written
  wanted_root=$root
  step switching "$version"
  write_include "$root" || restore disk-full "$(df -P "${include_path%/*}" | tail -n 1)"
  forget_reading
  step testing after
  if ! test_nginx; then
    [ "$test_why" != signalled ] || restore signalled "$signalled"
    printf '%s\n' "$test_text" | text nginx-test
    restore "$test_why-after" "$test_command"
  fi
  was_read || restore include-unread "$include_named"
  if [ -z "$master" ]; then
    # It must be started by root, and then reads a configuration that is tested: the include stays.
    phase=over
    journal failed to "$version" reason nginx-not-running || :
    fail nginx-not-running "$pid_file"
  fi
  reloaded=yes
  if ! reload_nginx; then
    printf '%s\n' "$why_text" | text reload
    [ "$why" = reload-refused ] || tell_logs
    if untouched; then reloaded=; fi
    [ "$why" != signalled ] || restore signalled "$signalled"
    restore "$why" "$reload_command"
  fi
  journal reloaded to "$version" master "$master:$(master_started)" include "$(include_id)" named "$(naming_files)" ||
    restore disk-full "$(df -P "$deploy_path" | tail -n 1)"
  [ -z "$assumed" ] || fact assumed yes
  unlock_host
}

# restore REASON [DETAIL]: under the host lock that we already hold
restore() {
  phase=restoring
  put_back "$1" || :
  phase=over
  unlock_host
  fail "$@"
}

# await_word: the client probes over fresh connections and says commit; the new workers prove themselves meanwhile
await_word() {
  ask probe "$commit_timeout"
  [ -z "$signalled" ] || fail_restored signalled "$signalled"
  by_link || stand || { tell_logs; fail_restored "$why"; }
  [ "$reply" != 'abort trace' ] || fail_restored current-unresolved
  # Of a client that is gone nginx's log knows nothing.
  [ "$reply" != 'abort probe' ] || tell_logs
  [ "$reply" = commit ] || fail_restored probe-failed "${reply#abort }"
  ! by_link || { judge_trace && link_stands; } || fail_restored "$why"
  commit || fail_restored disk-full "$(df -P "$deploy_path" | tail -n 1)"
  phase=over
  step committed
}

settle() {
  unlock_site
  # Which requests a worker still answers from an old root, nobody can see.
  if by_link; then fact drained unknown; else drain; fi
  succeed switched
}

# leave: whatever ended the script; an include that was written and not committed does not stay
leave() {
  leave_code=$?
  trap - EXIT
  rm -f "$own_dir/.current.$run".* "$own_dir/.owner.$run"
  # Of what failed before the include was written, people find the reason in the journal only.
  if [ "$phase" = locked ] && [ -n "$failed_for" ]; then journal failed to "$version" reason "$failed_for" || :; fi
  if [ "$phase" = written ]; then
    fail_restored unexpected "exit code $leave_code"
  fi
  rm -f "$(temp_include before)"
}

main
