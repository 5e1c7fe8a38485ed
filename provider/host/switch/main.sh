# The switch, from lock to drain. It runs on the host as one script, so that a lost connection or a killed client leaves the old version or
# the new one, whole.

main() {
  own_dir=$deploy_path/.site-release
  gone=
  signalled=
  phase=before # before, written, restoring, over
  failed_version=$version
  reloaded=
  recovered_before=
  red_before=
  was_red=
  old_workers=
  for signal in HUP INT TERM; do
    # shellcheck disable=SC2064 # the name is to be expanded now
    trap "signalled=$signal" "$signal"
  done
  trap leave EXIT
  prepare
  lock_site
  rm -f "$own_dir"/.current.* "$own_dir"/.owner.* "${include_path%/*}/.${include_path##*/}.site-release-"*
  await_deployer
  find_master
  read_include
  recover
  journal locked to "$version" || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  require_owner
  ensure_include
  read_current
  require_release
  choose_live
  if nothing_to_do; then
    { prepare_owner && place_owner; } || fact unfinished "$own_dir/owner"
    finish_deployer || fact unfinished "$deploy_path/.dep/deploy.lock"
    journal unchanged to "$version" || :
    succeed unchanged
  fi
  smoke
  switch
  await_word
  settle
}

# prepare: what is missing is said before anything is touched
prepare() {
  choose_commands
  for prepare_tool in flock stat find sha256sum grep sed nginx; do
    # Commands of the user's own may reach an nginx that is nowhere on the path.
    if [ "$prepare_tool" = nginx ] && [ -n "$own_commands" ]; then continue; fi
    command -v "$prepare_tool" >/dev/null || fail tool-missing "$prepare_tool"
  done
  [ -d "$own_dir" ] || fail release-missing "$deploy_path/releases/$version"
  for prepare_place in "$deploy_path" "$own_dir" "$own_dir/journal.jsonl"; do
    [ -w "$prepare_place" ] || [ ! -e "$prepare_place" ] || fail site-unwritable "$prepare_place"
  done
  resolve_include
  # A link that leads nowhere, not even to a directory.
  [ ! -h "$include_path" ] || fail include-unwritable "$(readlink "$include_path")"
  [ -w "${include_path%/*}" ] || fail include-unwritable "${include_path%/*}"
  mkdir -p "$own_dir/empty" || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  if [ ! -f "$own_dir/$opcache_script" ]; then
    printf '%s' "$opcache_text" >"$own_dir/.$opcache_script.$run" &&
      mv -f "$own_dir/.$opcache_script.$run" "$own_dir/$opcache_script"
  fi
}

# choose_live: the version to say "from", and whether any was ever live
choose_live() {
  first=
  live_line=$(journal_last committed)
  [ -n "$live_line" ] || first=yes
  live=$(field "$live_line" to)
  # The rollback target: what was live before this version.
  previous=$live
  [ "$live" != "$version" ] || previous=$(field "$live_line" from)
  fact previous "$previous"
  # Once a site: what a reload costs with this nginx, the client knows.
  [ -z "$first" ] || fact nginx "$(nginx -v 2>&1 || :)"
  fact include-before "$include_state $include_root"
  was_witnessed=
  if witnessed; then
    was_witnessed=yes
    # Proved by the workers, not by the journal alone.
    fact live "$(version_of "$include_root")"
  fi
}

nothing_to_do() {
  [ -z "$recovered_before" ] && [ "$live" = "$version" ] && [ "$include_root" = "$root" ] && [ -n "$was_witnessed" ] || return 1
  if [ "$current_version" != "$version" ]; then
    { prepare_current && place_current; } || fact unfinished "$deploy_path/current"
  fi
}

# smoke: the client tries the release straight through php-fpm, before nginx knows of it
smoke() {
  for smoke_socket in /run/php/*.sock; do
    if [ -S "$smoke_socket" ] && [ -w "$smoke_socket" ]; then readlink -f "$smoke_socket"; fi
  done | sort -u | text pool
  step smoke
  ask smoke "$commit_timeout"
  [ "$reply" = go ] || fail smoke-failed "${reply#abort }"
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
  fi
  { prepare_before && prepare_current && prepare_owner; } || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  [ -z "$gone$signalled" ] || fail client-gone "before the switch"
  journal switching from "$live" to "$version" before "$before" root "$root" || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  phase=written
  wanted_root=$root
  step switching "$version"
  write_include "$root" || undo disk-full "$(df -P "${include_path%/*}" | tail -n 1)"
  forget_reading
  step testing after
  if ! test_nginx; then
    printf '%s\n' "$test_text" | text nginx-test
    undo test-red-after "$test_command"
  fi
  was_read || undo include-unread "$include_named"
  if [ -z "$master" ]; then
    # It must be started by root, and then reads a configuration that is tested: the include stays.
    phase=over
    fail nginx-not-running "$pid_file"
  fi
  reloaded=yes
  if ! reload_nginx; then
    printf '%s\n' "$why_text" | text reload
    if untouched; then reloaded=; fi
    undo "$why" "$reload_command"
  fi
  journal reloaded to "$version" master "$master:$(master_started)" include "$(include_id)" ||
    undo disk-full "$(df -P "$deploy_path" | tail -n 1)"
  [ -z "$assumed" ] || fact assumed yes
  unlock_host
}

# undo REASON [DETAIL]: restore under the host lock that we already hold
undo() {
  phase=restoring
  put_back "$1" || :
  phase=over
  unlock_host
  fail "$@"
}

# await_word: the client probes over fresh connections and says commit; the new workers prove themselves meanwhile
await_word() {
  ask probe "$commit_timeout"
  stand || fail_restored "$why"
  [ "$reply" = commit ] || fail_restored probe-failed "${reply#abort }"
  [ -z "$signalled" ] || fail_restored signalled "$signalled"
  commit || fail_restored disk-full "$(df -P "$deploy_path" | tail -n 1)"
  phase=over
  step committed
}

settle() {
  unlock_site
  drain
  succeed switched
}

# leave: whatever ended the script; an include that was written and not committed does not stay
leave() {
  leave_code=$?
  trap - EXIT
  rm -f "$own_dir/.current.$run" "$own_dir/.owner.$run"
  if [ "$phase" = written ]; then
    fail_restored unexpected "exit code $leave_code"
  fi
  rm -f "$(temp_include before)"
}

main
