# The witness: which master read which include, at the last reload that was proved. Workers newer than the include prove nothing:
# a worker that crashed is started again with the configuration in the master's memory.

# include_id: inode, time of change and digest
include_id() {
  [ -f "$include_path" ] || return 0
  printf '%s:%s' "$(stat -c %i:%z "$include_path" | tr ' ' _)" "$(sha256sum <"$include_path" | cut -c 1-64)"
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
  [ -z "$witness_seen" ] || [ "${witness_seen##*:}" = "$(sha256sum <"$include_path" | cut -c 1-64)" ]
}

# witnessed: do the workers run by the include as it lies there now?
witnessed() {
  [ -n "$master" ] || return 1
  witness_line=$(journal_last reloaded restored)
  if [ -n "$witness_line" ] && [ "$(field "$witness_line" include)" = "$(include_id)" ] &&
    [ "$(field "$witness_line" master)" = "$master:$(master_started)" ]; then
    return 0
  fi
  # A master that started after the include's last change has read it: a reboot, a restart.
  witness_start=$(master_epoch)
  [ -n "$witness_start" ] && [ "$witness_start" -gt "$(include_changed)" ]
}
