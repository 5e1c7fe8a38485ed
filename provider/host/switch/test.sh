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

# require_green: it must be green before we touch anything. Two reds are ours to mend, and the test after the write judges: an include that is
# missing, and nothing else named (nginx stops at the first error); an include that somebody changed since the last proved reload, where nginx
# names it, or the variable that it should set. Any other red is none of the include's: writing it would mend nothing and lose somebody's words.
require_green() {
  step testing before
  red_before=
  was_red=
  test_nginx && return 0
  was_red=yes
  if [ "$include_state" = missing ]; then
    case $test_text in
      *"open() \"$include_named\" failed (2: No such file or directory)"*) return 0 ;;
    esac
  elif [ "$include_state" = foreign ] || ! include_is_ours; then
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
