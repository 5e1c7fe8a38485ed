# The drain: old workers finish what they have. It holds no lock; its end is told, and a release that still drains is kept.

# drain: those that were leaving before our reload are waited for too, since they may serve the same version: somebody reloaded after the last
# switch. Who they are is written first, so that whoever removes releases can see whether they are gone, whatever becomes of us.
drain() {
  now_cs
  drain_began=$now
  drain_told=
  while :; do
    now_cs
    look
    drain_left=
    for drain_pid in $reload_old$reload_leaving; do
      if lives "$drain_pid"; then drain_left="$drain_left $drain_pid"; fi
    done
    if [ -z "$drain_left" ]; then
      journal drained version "$live" || :
      fact drained yes
      return 0
    fi
    if [ -z "$drain_told" ]; then
      drain_told=$(for drain_pid in $drain_left; do printf ' %s:%s' "$drain_pid" "$(started "$drain_pid")"; done)
      journal draining version "$live" workers "${drain_told# }" || :
    fi
    if [ $((now - drain_began)) -ge $((drain_timeout * 100)) ]; then
      fact drained no
      return 0
    fi
    step draining "$(((now - drain_began) / 100))"
    sleep 0.1
  done
}

# lives PID: other users' processes may be hidden, and then only the list of the cgroup has them
lives() {
  if [ -n "$hidden" ]; then
    case $serving in *" $1 "*) return 0 ;; esac
    return 1
  fi
  [ -d "/proc/$1" ]
}
