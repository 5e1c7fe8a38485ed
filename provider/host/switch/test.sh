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

# hear COMMAND SECONDS [ARGUMENT...]: its exit code; $heard is the end of what it said, $heard_late is set when it was not done by then,
# $heard_left when it could not even be ended, and $heard_cut when a signal of ours ended it.
hear() {
  ! hear_once "$@" || return 0
  # What is sent to all of our group may catch what starts the command, before that has a group of its own. Nothing ends a restore: a command that
  # has not begun is given once more. One that was itself ended by such a signal is given twice, which a test and a reload can be.
  if [ "$phase" != restoring ]; then
    if [ "$heard_code" -gt 128 ] && [ -n "${signalled:-}" ]; then heard_cut=yes; fi
    return "$heard_code"
  fi
  case $heard_code$heard_late in
    129 | 130 | 143) hear_once "$@" ;;
    *) return "$heard_code" ;;
  esac
}

# hear_once: a child that inherited a lock's descriptor would hold the lock after us, and one that stays (a daemon) may hold the output open for
# ever: so the end is a line of our own, not the end of the output.
hear_once() {
  heard=$(
    exec 8<&- 9<&- </dev/null
    # What is sent to all of our group must not cut its words off; the command has a group of its own.
    trap '' HUP INT TERM
    {
      (
        trap - HUP INT TERM
        hear_command=$1
        shift 2
        lead "$hear_command" "$@" 2>&1
      ) &
      await_end "$!" "$2"
      printf '\n%s %s %s\n' "$marker" "$end_code" "${end_late:+late}${end_left:+left}"
    } 2>/dev/null | sed "/^$marker /q" | tail -c 30000
  )
  heard_end=${heard##*"$marker "}
  heard=$(printf '%s' "${heard%"$marker $heard_end"}")
  heard_late=
  heard_left=
  case $heard_end in *late*) heard_late=yes ;; esac
  case $heard_end in *left) heard_left=yes ;; esac
  heard_code=${heard_end%% *}
  case $heard_code in '' | *[!0-9]*) heard_code=255 ;; esac
  heard_cut=
  return "$heard_code"
}

# test_nginx: 0 when green; $test_text is what it said, $test_took the hundredths of a second that nginx needs to read it all, and $test_why
# why it is not green: test-red, test-late or signalled
test_nginx() {
  now_cs
  test_began=$now
  test_code=0
  test_why=
  hear "$test_command" "$nginx_timeout" || test_code=$?
  test_text=$heard
  now_cs
  test_took=$((now - test_began))
  [ "$test_code" -ne 0 ] || return 0
  test_why=test-red
  [ -z "$heard_late" ] || test_why=test-late
  [ -z "$heard_cut" ] || test_why=signalled
  [ -z "$heard_left" ] || fact goes-on yes
  return 1
}

# require_green: it must be green before we touch anything. One red is ours to mend, and the test after the write judges: an include that
# somebody changed since the last proved reload, where nginx names it, or the variable that it should set. Any other red is none of the
# include's: writing it would mend nothing and lose somebody's words.
require_green() {
  step testing before
  red_before=
  was_red=
  test_nginx && return 0
  if [ "$test_why" = signalled ]; then fail client-gone "before the switch"; fi
  if [ "$test_why" = test-late ]; then fail test-late-before "$test_command"; fi
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
