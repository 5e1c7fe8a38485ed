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

# hear COMMAND: its exit code, and $heard is what it said. A child that inherited a lock's descriptor would hold the lock after us, and one
# that stays (a daemon) may hold the output open for ever: so the end is a line of our own, not the end of the output.
hear() {
  heard=$(
    exec 8<&- 9<&- </dev/null
    {
      heard_code=0
      sh -c "$1" 2>&1 || heard_code=$?
      printf '\n%s %s\n' "$marker" "$heard_code"
    } | sed "/^$marker /q"
  )
  heard_code=${heard##*"$marker "}
  heard=$(printf '%s' "${heard%"$marker $heard_code"}")
  case $heard_code in '' | *[!0-9]*) heard_code=1 ;; esac
  return "$heard_code"
}

# test_nginx: 0 when green; $test_text is what it said, $test_took the hundredths of a second that nginx needs to read it all
test_nginx() {
  now_cs
  test_began=$now
  test_code=0
  hear "$test_command" || test_code=$?
  test_text=$heard
  now_cs
  test_took=$((now - test_began))
  return "$test_code"
}

# require_green: it must be green before we touch anything. One red is ours to mend, and the test after the write judges: an include that
# somebody changed since the last proved reload, where nginx names it, or the variable that it should set. Any other red is none of the
# include's: writing it would mend nothing and lose somebody's words.
require_green() {
  step testing before
  red_before=
  was_red=
  test_nginx && return 0
  was_red=yes
  if [ "$include_state" = foreign ] || ! include_is_ours; then
    case $test_text in
      *"$include_named"* | *"$include_path"* | *'unknown "root_dir" variable'*)
        red_before=yes
        return 0
        ;;
    esac
  fi
  printf '%s\n' "$test_text" | text nginx-test
  fail test-red-before "$test_command"
}
