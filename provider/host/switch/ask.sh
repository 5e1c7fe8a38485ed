# The client's word, with a deadline: silence, end of input and a signal all mean "abort". Neither dash nor BusyBox has `read -t`.

# ask NAME SECONDS: $reply is the client's line
ask() {
  say ask "$1"
  reply=
  ask_expired=
  trap 'ask_expired=yes' ALRM
  # The watchdog holds no lock, and no output: sshd ends the channel only when the last writer is gone. It is ended by a signal that this
  # shell has no trap for: one that is sent before a forked shell has dropped its parent's traps would be lost.
  (
    ask_sleep=
    trap '[ -z "$ask_sleep" ] || kill "$ask_sleep"; exit 0' USR1
    sleep "$2" &
    ask_sleep=$!
    wait "$ask_sleep"
    kill -ALRM $$
  ) 8<&- 9<&- </dev/null >/dev/null 2>&1 &
  ask_watchdog=$!
  IFS= read -r reply || reply=
  kill -USR1 "$ask_watchdog" 2>/dev/null || :
  wait "$ask_watchdog" 2>/dev/null || :
  trap '' ALRM
  if [ -n "$ask_expired" ]; then
    reply="abort silence for $2 s"
  elif [ -n "$signalled" ]; then
    reply="abort signal $signalled"
  elif [ -n "$gone" ] || [ -z "$reply" ]; then
    reply='abort connection lost'
  fi
}
