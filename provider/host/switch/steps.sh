# The steps before the switch ($before_steps), by their records (host/step.sh).

# require_steps: what a failed switch had undone must be done again before the version may go live. The client has the commands.
require_steps() {
  for steps_name in $before_steps; do
    steps_ran=
    { read -r steps_ran <"$own_dir/steps/$version.$steps_name"; } 2>/dev/null || :
    [ "$steps_ran" != undone ] || fail step-undone "$steps_name"
  done
}

# tell_steps: all that ran since the live version came, for whichever version: a run that was killed undid nothing. The client knows whom
# that concerns.
tell_steps() {
  [ -n "$before_steps" ] || return 0
  read_history
  grep -lxsF -e "$history_since" "$own_dir"/steps/*.* | sed 's,.*/,,' | text step-ran
}
