# Locks are flocks on directories that exist: nothing to create, to own or to clean, and none outlives its holder.
# The site's is descriptor 8, on deployPath; the host's is 9, on nginx's configuration, held only around test and reload.

lock_site() {
  [ -r "$deploy_path" ] || fail deploy-path-unreadable "$deploy_path"
  exec 8<"$deploy_path"
  await_lock 8 site-locked holder_of_site
}

unlock_site() {
  exec 8<&-
  # From now on others write into the journal too.
  journal_whole=
}

lock_host() {
  [ -r "$conf_dir" ] || fail conf-dir-unreadable "$conf_dir"
  exec 9<"$conf_dir"
  await_lock 9 host-locked holder_of_host
}

# A restore waits for others too, as long as a test and a reload may take; a version that is not healthy never stays because of a lock.
lock_host_to_restore() {
  exec 9<"$conf_dir"
  flock -w "$((nginx_timeout + reload_timeout + 10))" 9 || :
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

# name_holder: who has the site's lock, for those who wait. It proves nothing and decides nothing, and so is worth no sync.
name_holder() {
  journal_unsynced holds command "pulumi up" || :
}

# holder_of_site: that line is the last of its kind while its run lives; one that ended well, or told why not, has another behind it
holder_of_site() {
  holder_told || printf 'another run'
}

# holder_told: by the journal, as in "alice@ci (pulumi up, since 10:31:04 UTC)"
holder_told() {
  holder_line=$(journal_last holds unchanged failed committed restored unrestored left)
  [ "$(field "$holder_line" step)" = holds ] || return 1
  holder_at=$(field "$holder_line" at)
  holder_at=${holder_at#*T}
  printf '%s (%s, since %s UTC)' "$(field "$holder_line" who)" "$(field "$holder_line" command)" "${holder_at%Z}"
}

# holder_of_host: every site of the host shares this lock. Of a process of our own login the kernel shows which descriptor bears it (proc(5),
# /proc/PID/fdinfo, "lock:"), and 8 of the same process is the site.
holder_of_host() {
  holder_conf=$(readlink -f "$conf_dir") || :
  for holder_fd in $(grep -ls FLOCK /proc/[0-9]*/fdinfo/9 || :); do
    holder_fd=${holder_fd%/fdinfo/9}/fd
    [ "$(readlink "$holder_fd/9")" = "$holder_conf" ] || continue
    holder_site=$(readlink "$holder_fd/8") || continue
    printf '%s: ' "$holder_site"
    holder_ours=$own_dir
    own_dir=$holder_site/.site-release
    holder_of_site
    own_dir=$holder_ours
    return 0
  done
  printf 'another site of this host'
}
