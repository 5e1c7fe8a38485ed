# The witness: which master read which include, at the last reload that was proved. Workers newer than the include prove nothing:
# a worker that crashed is started again with the configuration in the master's memory.

# include_id: inode, time of change and digest
include_id() {
  [ -f "$include_path" ] || return 0
  printf '%s:%s' "$(stat -c %i:%z "$include_path" | tr ' ' _)" "$(include_words | sha256sum | cut -c 1-64)"
}

# include_changed: when it last changed, in hundredths of a second since 1970, with a tenth for what clocks cannot tell apart
include_changed() {
  changed=$(stat -c %.2Z "$include_path" | tr -d .)
  # BusyBox has whole seconds only.
  case $changed in *[!0-9]*) changed=$(($(stat -c %Z "$include_path") + 1))00 ;; esac
  printf '%s' "$((changed + 10))"
}

# include_is_ours: is it byte for byte what the last proved reload read, or was it never proved at all?
include_is_ours() {
  witness_line=$(journal_last reloaded restored)
  witness_seen=$(field "$witness_line" include)
  [ -z "$witness_seen" ] || [ "${witness_seen##*:}" = "$(include_words | sha256sum | cut -c 1-64)" ]
}

# witnessed: do the workers run by the include as it lies there now?
witnessed() {
  [ -n "$master" ] && [ -z "$(lost_name)" ] || return 1
  witness_line=$(journal_last reloaded restored)
  if [ -n "$witness_line" ] && [ "$(field "$witness_line" include)" = "$(include_id)" ] &&
    is_master_of "$(field "$witness_line" master)"; then
    return 0
  fi
  # A master that started after the include's last change has read it: a reboot, a restart.
  witness_start=$(master_epoch)
  [ -n "$witness_start" ] && [ "$witness_start" -gt "$(include_changed)" ]
}

# is_master_of PID:START: is ours that one? /proc and systemd differ by a moment about its start (see master_started), and who switched may have
# seen more of the host than we do, or less. Within 2 s no other process can have the same number. Older journals have systemd's start in
# microseconds.
is_master_of() {
  [ "${1%%:*}" = "$master" ] || return 1
  witness_ours=$(master_started)
  witness_theirs=${1#*:}
  case $witness_ours$witness_theirs in *[!0-9]*) return 1 ;; esac
  [ -n "$witness_ours" ] && [ -n "$witness_theirs" ] || return 1
  witness_ticks=$(ticks)
  for witness_each in "$witness_theirs" "$((witness_theirs * witness_ticks / 1000000))"; do
    witness_between=$((witness_ours - witness_each))
    if [ "${witness_between#-}" -le $((2 * witness_ticks)) ]; then return 0; fi
  done
  return 1
}
