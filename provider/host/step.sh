# A step of the user's before or after a switch: what the site's history says of it, and its command where the client finds that it is due,
# or the command that undoes it.

main() {
  name_places
  # Who lost the connection finds at the next run that the step was run, or waits for its end.
  trap '' HUP
  own_dir=$own
  gone=
  signalled=
  record=$own/steps/$version.$step_name
  files=$own/steps/.$run
  for tool in flock setsid mkfifo; do
    command -v "$tool" >/dev/null || lack tool-missing "the host has no $tool" tool "$tool"
  done
  { [ -d "$release" ] && [ -f "$manifest" ]; } ||
    refuse release-missing "$release is not there, or not complete" "Let the Release resource put it there first"
  problem=
  place=$own/steps
  [ -d "$own/steps" ] || problem=$({ mkdir -p "$own/steps" && group_too "$own/steps"; } 2>&1) || place=$own
  [ -w "$own/steps" ] || lack step-unwritable "${problem:-$(id -un) cannot write to $own/steps}" ownPlace "$(id -un)" "$place"
  lock_steps
  rm -f "$own"/steps/.*.pipe
  tell_history
  # The client decides by what it was told, at once.
  ask run 60
  case $reply in
    run) ;;
    # Whatever comes of it, a step that is half undone is not done.
    undo)
      lock_site_to_undo
      write_record undone || refuse step-unwritable "$record cannot be written" "Make room, or see whose it is: ls -l $own/steps"
      ;;
    skip)
      # An undone one had to be asked again, and was.
      [ -z "$was_undone" ] || rm -f "$record"
      succeed skipped
      ;;
    *) succeed skipped ;;
  esac
  step running
  export RELEASE="$release" VERSION="$version" DEPLOY_PATH="$deploy_path"
  run_command "$step_command" "$step_timeout" "$release" "$files"
  [ -z "$run_late" ] || fail step-late "$step_timeout"
  [ "$run_code" -eq 0 ] || fail step-failed "$run_code"
  [ "$reply" = undo ] || write_record "$history_since" || fail step-unrecorded "$record"
  succeed ran
}

# lock_steps: one step of a site at a time; another run's must end within its own time
lock_steps() {
  exec 8<"$own/steps"
  flock -n 8 && return 0
  step waiting
  flock -w "$step_timeout" 8 ||
    refuse step-locked "another step of the site has run for $step_timeout s" "Wait for it, or see who: fuser -v $own/steps"
}

# lock_site_to_undo: another switch may have begun since the failed one ended, and counts on what the step did
lock_site_to_undo() {
  exec 9<"$deploy_path"
  flock -w 60 9 || refuse step-locked "another switch of the site is at work" "Wait for it, and see whether it needs what the step did"
  read_history
  [ "$history_live" != "$version" ] || refuse step-live "$version has gone live meanwhile" "Nothing: its step stays done"
}

# tell_history: of the site, and for which change of the live version the step ran last
tell_history() {
  read_history
  fact live "$history_live"
  fact since "$history_since"
  fact times "$history_times"
  case $history_declared in *" $step_name "*) fact declared yes ;; esac
  ran_for=
  [ ! -f "$record" ] || ran_for=$(head -n 1 "$record")
  was_undone=
  case $ran_for in
    '') ;;
    undone) was_undone=yes ;;
    *) fact ran-for "$ran_for" ;;
  esac
}

# write_record WORDS: whole or not at all; the change that the step ran for, or that it is undone
write_record() {
  printf '%s\n' "$1" >"$files.record" && sync "$files.record" && mv -f "$files.record" "$record"
}

main
