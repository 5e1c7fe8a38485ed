# Runs a command of the user's in a process group of its own. What it prints goes to standard error as it comes, and its time is limited.

# run_command TEXT SECONDS DIR FILES: in DIR, with FILES.pipe for itself; sets run_code, and run_late when its time was up.
# Standard error (6) is the command's alone meanwhile: bash has words of its own about processes (wait_for: No record of process).
run_command() {
  run_late=
  rm -f "$4.pipe"
  mkfifo -m 600 "$4.pipe" || fail run-failed "$4.pipe cannot be made"
  mark_output
  # A client that is gone is no reason to break a migration off half-way: what it prints is then thrown away.
  setsid sh -c 'cat; exec cat >/dev/null' <"$4.pipe" >&6 2>/dev/null 6>&- 7<&- 8<&- 9<&- &
  run_pump=$!
  (
    trap - PIPE HUP
    unset LC_ALL
    cd "$3" || exit 126
    lead "$1"
  ) </dev/null >"$4.pipe" 2>&1 6>&- 7<&- 8<&- 9<&- &
  await_end "$!" "$2"
  run_code=$end_code
  run_late=$end_late
  # What the command left running may hold its output open for ever.
  end_later "$run_pump" 2
  wait "$run_pump" 2>/dev/null || :
  stop_watchdog
  mark_output
  rm -f "$4.pipe"
} 6>&2 2>/dev/null

# mark_output: between two of these marks standard error is what the user's command prints. On a link that died without a word nobody takes it,
# and others wait for our lock.
mark_output() {
  printf '%s output\n' "$marker" >&6 2>/dev/null &
  run_mark=$!
  # shellcheck disable=SC2016 # expanded by that shell
  start_watchdog 30 'kill -KILL "$1"' "$run_mark"
  wait "$run_mark" 2>/dev/null || :
  stop_watchdog
}
