# Edits of nginx's configuration that nobody has reloaded yet: our reload would make them live, and a restore of our include could not take
# them back. They are newer than the oldest worker that serves.

require_no_pending_edits() {
  pending_start=
  for pending_pid in $serving; do
    pending_ticks=$(started "$pending_pid")
    [ -n "$pending_ticks" ] || continue
    if [ -z "$pending_start" ] || [ "$pending_ticks" -lt "$pending_start" ]; then pending_start=$pending_ticks; fi
  done
  if [ -z "$pending_start" ]; then
    # Hidden workers have no start that we can read; the last proved reload stands for it.
    fact pending-edits unknown
    return 0
  fi
  if ! find "$conf_dir" -maxdepth 0 -newerct @0 >/dev/null 2>&1; then
    fact pending-edits unknown
    return 0
  fi
  # A tenth of a second for what the clocks cannot tell apart.
  pending_since=$(($(epoch_of "$pending_start") + 10))
  # shellcheck disable=SC2016 # expanded by that shell
  hear 'find "$@" 2>/dev/null | head -n 20' "$nginx_timeout" "$conf_dir" \
    -newerct "@$((pending_since / 100)).$(printf %02d "$((pending_since % 100))")" \
    ! -path "$include_path" ! -path "${include_path%/*}" || :
  pending_edits=$heard
  if [ -z "$pending_edits" ]; then
    [ -z "$heard_late" ] || fact pending-edits unknown
    return 0
  fi
  printf '%s\n' "$pending_edits" | text pending-edit
  [ -n "$first" ] || [ "$allow_pending" = yes ] || fail pending-edits
}
