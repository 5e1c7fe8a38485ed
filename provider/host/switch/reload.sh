# The reload, and the proof that it happened: exit code 0 proves nothing. nginx's master reads the configuration after the command has
# returned, starts new workers, waits 100 ms while both generations accept, and only then tells the old ones to quit (ngx_process_cycle.c).

# reload_nginx: 0 when a new generation serves alone; else $why and $why_text say what was seen.
# $reload_late is set when the command itself did not end in time: it may have done its work before, so that the workers judge.
# $fresh are the new workers, $first_seen when the first of them was seen, $assumed is set where old ones could not be told from leaving ones.
reload_nginx() {
  why=
  why_text=
  fresh=
  first_seen=
  assumed=
  reload_late=
  reload_master=$master
  # After our test, which takes as long as the master reads: who reloaded before our write, and read the old include, has new workers by now.
  look
  reload_old=$serving
  reload_leaving=$leaving
  step reloading
  if ! hear "$reload_command" "$nginx_timeout"; then
    why_text=$heard
    if [ -z "$heard_late" ]; then
      why=reload-refused
      [ -z "$heard_cut" ] || why=signalled
      names_master || fact pid-file "$master"
      return 1
    fi
    reload_late=yes
    fact reload-late "$reload_command"
    [ -z "$heard_left" ] || fact goes-on yes
  fi
  why_text=$heard
  now_cs
  # The master reads it all once more before anything can be seen (names that a slow DNS answers: many seconds). Giving up before it has read
  # our include would let it come up after the restore.
  reload_deadline=$((now + reload_timeout * 100 + 2 * test_took))
  reload_empty=
  while :; do
    now_cs
    find_same_master || return 1
    look
    sort_workers
    if [ -n "$fresh" ] && [ -z "$first_seen" ]; then first_seen=$now; fi
    if [ -n "$first_seen" ] && old_are_gone; then return 0; fi
    if [ "$serving" = ' ' ]; then
      # New workers that die at once are not started again, and the old ones have been told to quit: nobody serves.
      [ -n "$reload_empty" ] || reload_empty=$now
      if [ $((now - reload_empty)) -ge 30 ]; then
        why=workers-died
        return 1
      fi
    else
      reload_empty=
    fi
    if [ "$now" -ge "$reload_deadline" ]; then
      why=reload-ignored
      [ -z "$reload_late" ] || why=reload-late
      [ -z "$first_seen" ] || why=old-workers-stay
      return 1
    fi
    sleep 0.02
  done
}

# names_master: the unit of Debian and that of nginx.org reload by the pid file, however well systemd itself knows the master
names_master() {
  case $reload_command in
    *'systemctl reload nginx'* | *'nginx -s reload'*) ;;
    *) return 0 ;;
  esac
  reload_pid=
  { read -r reload_pid <"$pid_file"; } 2>/dev/null || :
  [ "$reload_pid" = "$master" ]
}

# require_no_stranger: a stale pid file may name a process that has the number of a master long gone, and root's reload would signal that
require_no_stranger() {
  if names_master; then return 0; fi
  case $reload_pid in '' | *[!0-9]*) return 0 ;; esac
  # Somebody is it, be it only in a process that is hidden from us.
  case $(kill -0 "$reload_pid" 2>&1) in *'o such process'*) return 0 ;; esac
  # Its name alone: arguments may hold a secret.
  reload_name=
  { read -r reload_name <"/proc/$reload_pid/comm"; } 2>/dev/null || :
  fact pid-file "$master"
  fail pid-file-stranger "$reload_pid $reload_name"
}

# untouched: a reload that was refused has started no worker; a command of the user's own may have reloaded before it failed
untouched() {
  [ "$why" = reload-refused ] || return 1
  sleep 0.3
  now_cs
  reload_deadline=$now
  find_same_master || return 1
  look
  [ "$serving" = "$reload_old" ]
}

# find_same_master: a changed master is a restart by somebody else; all its workers are new
find_same_master() {
  if [ -n "$hidden" ]; then
    # Its directory in /proc is hidden too.
    ! grep -q -x "$master" "$hidden" 2>/dev/null || return 0
  elif [ -d "/proc/$master" ]; then
    return 0
  fi
  while [ "$now" -lt "$reload_deadline" ]; do
    find_master
    if [ -n "$master" ] && [ "$master" != "$reload_master" ]; then
      reload_master=$master
      reload_old=' '
      reload_leaving=
      return 0
    fi
    sleep 0.05
    now_cs
  done
  why=nginx-stopped
  return 1
}

# sort_workers: $fresh from $serving, and $stale, the old ones that still accept
sort_workers() {
  fresh=
  stale=
  for sort_pid in $serving; do
    case $reload_old in
      *" $sort_pid "*) stale="$stale $sort_pid" ;;
      *) fresh="$fresh $sort_pid" ;;
    esac
  done
}

# old_are_gone: without titles an old worker that still lives 2 s later is taken for one that is leaving
old_are_gone() {
  [ -n "$stale" ] || return 0
  if [ -n "$hidden" ] && [ $((now - first_seen)) -ge 200 ]; then
    assumed=yes
    return 0
  fi
  return 1
}

# stand: do the new workers still live 300 ms after the first was seen? Old ones may hide for 100 ms that new ones die.
stand() {
  while now_cs && [ $((now - first_seen)) -lt 30 ]; do
    sleep 0.02
  done
  # A restart by somebody else has read the same file; while it goes on there is no master for a moment.
  reload_deadline=$((now + 200))
  find_same_master || return 1
  look
  for stand_pid in $fresh; do
    case $serving in
      *" $stand_pid "*) ;;
      *)
        # A whole new generation is somebody's later reload of the same file.
        if [ "$serving" != ' ' ] && witness_holds; then return 0; fi
        why=workers-died
        return 1
        ;;
    esac
  done
}

# witness_holds: the include is still the one we wrote
witness_holds() {
  read_include
  [ "$include_root" = "$wanted_root" ]
}
