# Limits of time. A command of the host's or the user's leads a process group of its own and is waited for so long and no longer.
# Waits without a limit here: a kernel that does not come back (fsync, stat or exec on a dead disk or NFS), which nothing can end, and systemctl's
# questions, which sd-bus gives up after 25 s by itself.

# lead COMMAND [ARGUMENT...]: is run in place of a background subshell. The leader is a shell of ours, which never becomes the command (a shell's
# last command would take its place): sudo takes its caller's signals and hands TERM on (sudo(8)), but doas takes none, and what root's command
# makes of TERM is its own; no signal of ours would end the wait for those. Of a command that was killed that shell has words of its own, which nobody hears: dash says them under the redirections of what it ran, but for a subshell's.
lead() {
  # shellcheck disable=SC2016 # expanded by that shell
  exec setsid sh -c 'lead_command=$1
    shift
    exec 3>&2 2>/dev/null
    (exec sh -c "$lead_command" sh "$@") 2>&3 3>&-
    exit $?' sh "$@"
}

# await_end GROUP SECONDS: sets $end_code, the leader's; $end_late when its time was up, and the group was ended; $end_left when some of it
# lives on all the same
await_end() {
  end_code=0
  end_late=
  end_left=
  end_began=$(uptime_cs)
  end_later "$1" "$2"
  wait "$1" 2>/dev/null || end_code=$?
  stop_watchdog
  if [ "$end_code" -eq 0 ] || [ $(($(uptime_cs) - end_began)) -lt $(($2 * 100)) ]; then return 0; fi
  end_late=yes
  end_group "$1"
  if group_lives "$1"; then end_left=yes; fi
}

# end_later GROUP SECONDS: a watchdog that ends the group then, as end_group does
end_later() {
  # shellcheck disable=SC2016 # expanded by that shell
  start_watchdog "$2" 'kill -TERM "-$1"; sleep 5; kill -KILL "-$1"' "$1"
}

# end_group GROUP: who of it does not obey within 5 s is killed. This form of kill is the one that dash, bash and BusyBox have in common.
end_group() {
  kill -TERM "-$1" 2>/dev/null || :
  end_tries=0
  while [ "$end_tries" -lt 50 ] && kill -0 "-$1" 2>/dev/null; do
    sleep 0.1
    end_tries=$((end_tries + 1))
  done
  kill -KILL "-$1" 2>/dev/null || :
}

# group_lives GROUP: the kernel names no process that it does not know, and forbids to signal root's
group_lives() {
  case $(kill -0 "-$1" 2>&1) in *'o such process'*) return 1 ;; esac
}

# start_watchdog SECONDS TEXT [ARGUMENT]: runs that text of ours then, by a shell that leads a group of its own and holds no lock and no stream
start_watchdog() {
  setsid sh -c "sleep $1; $2" sh "${3:-}" </dev/null >/dev/null 2>&1 6>&- 7<&- 8<&- 9<&- &
  limit_watchdog=$!
}

# stop_watchdog: by the one signal that leaves a shell no last words. bash runs the EXIT trap of its parent in a child that another signal ends
# before it is anything of its own; and until then it leads no group.
stop_watchdog() {
  kill -KILL "-$limit_watchdog" 2>/dev/null || kill -KILL "$limit_watchdog" 2>/dev/null || :
  wait "$limit_watchdog" 2>/dev/null || :
}
