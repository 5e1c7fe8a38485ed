# Time without a process: dash and BusyBox have no clock of their own finer than a second.

# uptime_cs: hundredths of a second since the host booted
uptime_cs() {
  read -r time_up _ </proc/uptime
  printf '%s' "${time_up%.*}${time_up#*.}"
}

# now_cs: the same in $now, for loops that cannot afford a subshell
now_cs() {
  read -r time_up _ </proc/uptime
  now=${time_up%.*}${time_up#*.}
}
