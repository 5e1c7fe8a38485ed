# nginx's error log: what it has from the switch on, for the error of a switch that failed.

# mark_logs: $log_marks has size, inode and path of each that can be read, a line each; $log_hidden is one that cannot
mark_logs() {
  log_marks=
  log_hidden=
  while IFS= read -r log_path; do
    if [ -r "$log_path" ] && [ -f "$log_path" ]; then
      log_mark=$(stat -L -c '%s %i' "$log_path") || continue
      log_marks="$log_marks$log_mark $log_path
"
    elif [ -f "$log_path" ] || { [ -d "${log_path%/*}" ] && [ ! -x "${log_path%/*}" ]; }; then
      log_hidden=$log_path
    fi
  done <<EOT
$(find_logs)
EOT
}

# find_logs: those that the configuration names, or the usual one. Not all of the configuration need be readable; `nginx -T` wants root.
find_logs() {
  log_named=$(grep -rhsE '^[[:space:]]*error_log[[:space:]]+/' "$conf_dir" |
    sed 's/^[[:space:]]*error_log[[:space:]]*//; s/[[:space:];].*//' | sort -u | head -n 8) || :
  printf '%s\n' "${log_named:-/var/log/nginx/error.log}"
}

# tell_logs: what came since then, with what is needed to see it where it cannot be read
tell_logs() {
  while IFS=' ' read -r log_size log_inode log_path; do
    [ -r "$log_path" ] || continue
    # Turned over or emptied meanwhile: all of it is new.
    log_mark=$(stat -L -c '%s %i' "$log_path") || continue
    if [ "${log_mark#* }" != "$log_inode" ] || [ "${log_mark% *}" -lt "$log_size" ]; then log_size=0; fi
    tail -c "+$((log_size + 1))" "$log_path" | tail -c 65536 | tail -n 300 | text error-log
  done <<EOT
$log_marks
EOT
  [ -n "$log_hidden" ] || return 0
  fact error-log-hidden "$log_hidden"
  # A group of the log's own, as Debian's adm, may be joined; root's is no way.
  case $(stat -L -c '%A %G' "$log_hidden" 2>/dev/null) in
    *' root') ;;
    ????r*' '*) fact error-log-group "$(stat -L -c %G "$log_hidden")" ;;
  esac
}
