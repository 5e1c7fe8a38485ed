# Runs a command of the user's in a process group of its own. What it prints goes to standard error as it comes, and its time is limited.

# begin_output: what comes on standard error from here on is the user's
begin_output() { printf '%s output\n' "$marker" >&2 || :; }

# run_command TEXT SECONDS DIR FILES: in DIR, with FILES.pipe and FILES.late for itself; sets run_code, and run_late when its time was up
run_command() {
  run_code=0
  run_late=
  rm -f "$4.pipe" "$4.late"
  mkfifo -m 600 "$4.pipe" || fail run-failed "$4.pipe cannot be made"
  # A client that is gone is no reason to break a migration off half-way: what it prints is then thrown away.
  setsid sh -c 'cat; exec cat >/dev/null' <"$4.pipe" >&2 2>/dev/null 7<&- 8<&- &
  run_pump=$!
  (
    trap - PIPE HUP
    unset LC_ALL
    cd "$3" || exit 126
    exec setsid sh -c "$1"
  ) </dev/null >"$4.pipe" 2>&1 7<&- 8<&- &
  run_pid=$!
  start_watchdog "$2" "$run_pid" "$4.late"
  wait "$run_pid" 2>/dev/null || run_code=$?
  if [ -e "$4.late" ] && [ "$run_code" -ne 0 ]; then
    run_late=yes
    end_group "$run_pid"
  fi
  stop_watchdog
  # What the command left running may hold its output open for ever.
  start_watchdog 2 "$run_pump"
  wait "$run_pump" 2>/dev/null || :
  stop_watchdog
  rm -f "$4.pipe" "$4.late"
}

# start_watchdog SECONDS GROUP [FILE]: ends the group then, and makes FILE. It holds no lock and no stream, and is itself ended by a
# signal that this shell has no trap for: one that comes before a forked shell has dropped its parent's traps would be lost.
start_watchdog() {
  (
    run_sleep=
    trap '[ -z "$run_sleep" ] || kill "$run_sleep"; exit 0' USR1
    sleep "$1" &
    run_sleep=$!
    wait "$run_sleep"
    [ -z "${3:-}" ] || : >"$3"
    kill -TERM "-$2"
    sleep 5 &
    run_sleep=$!
    wait "$run_sleep"
    kill -KILL "-$2"
  ) </dev/null >/dev/null 2>&1 7<&- 8<&- &
  run_watchdog=$!
}

stop_watchdog() {
  kill -USR1 "$run_watchdog" 2>/dev/null || :
  wait "$run_watchdog" 2>/dev/null || :
}

# end_group GROUP: its leader obeyed; who of it does not within 5 s is killed. This form is the one that dash, bash and BusyBox have in common.
end_group() {
  run_tries=0
  while [ "$run_tries" -lt 50 ] && kill -0 "-$1" 2>/dev/null; do
    sleep 0.1
    run_tries=$((run_tries + 1))
  done
  kill -KILL "-$1" 2>/dev/null || :
}
