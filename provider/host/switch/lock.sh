# Locks are flocks on directories that exist: nothing to create, to own or to clean, and none outlives its holder.
# The site's is descriptor 8, on deployPath; the host's is 9, on nginx's configuration, held only around test and reload.

lock_site() {
  [ -r "$deploy_path" ] || fail deploy-path-unreadable "$deploy_path"
  exec 8<"$deploy_path"
  await_lock 8 site-locked holder_of_site
}

unlock_site() {
  exec 8<&-
}

lock_host() {
  [ -r "$conf_dir" ] || fail conf-dir-unreadable "$conf_dir"
  exec 9<"$conf_dir"
  await_lock 9 host-locked holder_of_host
}

# A restore waits for others too, as long as a test and a reload may take; a version that is not healthy never stays because of a lock.
lock_host_to_restore() {
  exec 9<"$conf_dir"
  flock -w "$((reload_timeout + 20))" 9 || :
}

unlock_host() {
  exec 9<&-
}

# await_lock DESCRIPTOR REASON HOLDER: waits a second at a time and says for whom
await_lock() {
  flock -n "$1" && return 0
  lock_began=$(uptime_cs)
  while :; do
    lock_waited=$((($(uptime_cs) - lock_began) / 100))
    [ "$lock_waited" -lt "$lock_timeout" ] || fail "$2" "$($3)"
    step waiting "$lock_waited" "$($3)"
    [ -z "$gone$signalled" ] || fail client-gone "while waiting for a lock"
    flock -w 1 "$1" && return 0
  done
}

holder_of_site() {
  lock_line=$(journal_last locked)
  printf '%s since %s' "$(field "$lock_line" who)" "$(field "$lock_line" at)"
}

# Every site of the host shares this lock, and the holder's journal is its own.
holder_of_host() {
  printf 'another site of this host'
}
