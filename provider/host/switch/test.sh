# `nginx -t`: the user's command, or the one that the user may run.

choose_commands() {
  as_root='sudo --non-interactive '
  [ "$(id -u)" -ne 0 ] || as_root=
  own_commands=$test_command
  [ -n "$test_command" ] || test_command="${as_root}nginx -t"
  if [ -z "$reload_command" ]; then
    reload_command="${as_root}nginx -s reload"
    [ ! -d /run/systemd/system ] || reload_command="${as_root}systemctl reload nginx.service"
  fi
}

# test_nginx: 0 when green; $test_text is what it said
test_nginx() {
  test_code=0
  test_text=$(apart sh -c "$test_command" 2>&1) || test_code=$?
  return "$test_code"
}

# require_green: it must be green before we touch anything. A first switch may find its own include missing, and nothing else:
# nginx stops at the first error, so the test after the write sees the rest.
require_green() {
  step testing before
  test_nginx && return 0
  if [ "$include_state" = missing ]; then
    case $test_text in
      *"open() \"$include_named\" failed (2: No such file or directory)"*) return 0 ;;
    esac
  fi
  printf '%s\n' "$test_text" | text nginx-test
  fail test-red-before "$test_command"
}
