# Does nginx read the include at all? A site whose server block has a root of its own would be tested, reloaded and probed as it always was, and
# be called switched. A file's time of access tells who read it.

# forget_reading: before the test
forget_reading() {
  read_before=
  if touch -a -d @1 "$include_path" 2>/dev/null; then read_before=$(stat -c %X "$include_path"); fi
}

# was_read: after a green test; where it cannot be known (a file system without times of access) the configuration's words must do
was_read() {
  if [ "$read_before" = 1 ]; then
    [ "$(stat -c %X "$include_path")" = 1 ] || return 0
    cat "$include_path" >/dev/null
    if [ "$(stat -c %X "$include_path")" != 1 ]; then
      # A command of the user's own may test in a way of its own.
      [ -n "$own_commands" ] || return 1
      fact include-unread "$include_named"
      return 0
    fi
  fi
  # shellcheck disable=SC2016 # expanded by that shell
  hear 'grep -rqsF "$@"' "$nginx_timeout" -e "$include_named" -e "${include_named##*/}" "$conf_dir" ||
    fact include-unread "$include_named"
}
