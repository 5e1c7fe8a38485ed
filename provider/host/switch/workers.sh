# nginx's master and workers, as /proc shows them. Where other users' processes are hidden (hidepid=2), systemd's cgroup lists them without titles.

# find_master: $master is the master's pid, or empty when nginx does not run
find_master() {
  master=
  hidden=
  if [ -s "$pid_file" ]; then
    read -r master_pid <"$pid_file" || :
    case $master_pid in
      '' | *[!0-9]*) ;;
      *) if is_master "$master_pid"; then master=$master_pid; fi ;;
    esac
  fi
  [ -z "$master" ] || return 0
  # A stale, empty or missing pid file says nothing; systemd knows better, and is asked only where the unit is the one we reload.
  [ -d /run/systemd/system ] || return 0
  case $reload_command in *systemctl*) ;; *) return 0 ;; esac
  master_pid=$(systemctl show -p MainPID --value nginx.service 2>/dev/null) || return 0
  case $master_pid in
    '' | 0 | *[!0-9]*) return 0 ;;
  esac
  if is_master "$master_pid"; then
    master=$master_pid
  elif [ ! -r "/proc/$master_pid/cmdline" ]; then
    hidden_cgroup=$(systemctl show -p ControlGroup --value nginx.service 2>/dev/null) || return 0
    for hidden in "/sys/fs/cgroup$hidden_cgroup/cgroup.procs" "/sys/fs/cgroup/systemd$hidden_cgroup/cgroup.procs"; do
      if [ -r "$hidden" ]; then
        master=$master_pid
        return 0
      fi
    done
    hidden=
  fi
}

# title PID: $title is the process title; a builtin read, since this runs every few milliseconds
title() {
  title=
  { read -r title <"/proc/$1/cmdline"; } 2>/dev/null || :
}

is_master() {
  title "$1"
  case $title in
    'nginx: master process'*) return 0 ;;
  esac
  return 1
}

# look: $serving and $leaving are pids, each with a space before and behind
look() {
  serving=' '
  leaving=' '
  look_pids=
  if [ -n "$hidden" ]; then
    look_pids=$(cat "$hidden" 2>/dev/null) || :
    for look_pid in $look_pids; do
      [ "$look_pid" = "$master" ] || serving="$serving$look_pid "
    done
    return 0
  fi
  { read -r look_pids <"/proc/$master/task/$master/children"; } 2>/dev/null || :
  for look_pid in $look_pids; do
    title "$look_pid"
    case $title in
      'nginx: worker process is shutting down'*) leaving="$leaving$look_pid " ;;
      'nginx: worker process'*) serving="$serving$look_pid " ;;
    esac
  done
}

# started PID: its start as hundredths of a second since boot (clock ticks, /proc/PID/stat field 22), or nothing
started() {
  { read -r started_line <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2086 # the fields after the name, which may itself hold spaces
  set -- ${started_line##*)}
  printf '%s' "${20}"
}

# ticks: a second's; Linux has 100 wherever nginx runs, and not every host has getconf
ticks() {
  getconf CLK_TCK 2>/dev/null || printf 100
}

# epoch_of TICKS: hundredths of a second since 1970. The boot time in /proc/stat is a whole second and jumps; the difference of two clocks
# read now does not.
epoch_of() {
  epoch_now=$(date +%s%N)
  # Without nanoseconds (BusyBox) the answer may be a second too early.
  case $epoch_now in *[!0-9]*) epoch_now=${epoch_now%%[!0-9]*}000000000 ;; esac
  printf '%s' "$((epoch_now / 10000000 - $(uptime_cs) + $1 * 100 / $(ticks)))"
}

# master_started: what the witness tells masters apart by, in ticks. With hidden processes it is when systemd took notice of it, a moment later
# than what /proc has.
master_started() {
  if [ -n "$hidden" ]; then
    started_us=$(systemctl show -p ExecMainStartTimestampMonotonic --value nginx.service 2>/dev/null) || return 0
    case $started_us in '' | *[!0-9]*) return 0 ;; esac
    printf '%s' "$((started_us * $(ticks) / 1000000))"
  else
    started "$master"
  fi
}

# master_epoch: its start in hundredths of a second since 1970, or nothing
master_epoch() {
  epoch_ticks=$(master_started)
  [ -z "$epoch_ticks" ] || epoch_of "$epoch_ticks"
}
