# The client's word, with a deadline: silence, end of input and a signal all mean "abort". Neither dash nor BusyBox has `read -t`.

# ask NAME SECONDS: $reply is the client's line
ask() {
  say ask "$1"
  reply=
  ask_expired=
  trap 'ask_expired=yes' ALRM
  # The watchdog holds no output: sshd ends the channel only when the last writer is gone.
  # shellcheck disable=SC2016 # expanded by that shell
  start_watchdog "$2" 'kill -ALRM "$1"' $$
  # A signal that came before ends no read.
  [ -n "$signalled" ] || IFS= read -r reply || reply=
  stop_watchdog
  # Commands that are run from here on inherit what is ignored.
  trap - ALRM
  if [ -n "$signalled" ]; then
    reply="abort signal $signalled"
  elif [ -n "$ask_expired" ]; then
    reply="abort silence for $2 s"
  elif [ -n "$gone" ] || [ -z "$reply" ]; then
    reply='abort connection lost'
  fi
}
