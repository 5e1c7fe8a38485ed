# A step of the user's before or after a switch: what the site's history says of it, and its command where the client finds that it is due.

main() {
  name_places
  # Who lost the connection finds at the next run that the step was run, or waits for its end.
  trap '' HUP
  own_dir=$own
  record=$own/steps/$version.$step_name
  files=$own/steps/.$run
  for tool in flock setsid mkfifo; do
    command -v "$tool" >/dev/null || refuse tool-missing "the host has no $tool" "Install it (Debian: apt-get install util-linux coreutils)"
  done
  { [ -d "$release" ] && [ -f "$manifest" ]; } ||
    refuse release-missing "$release is not there, or not complete" "Let the Release resource put it there first"
  problem=$(mkdir -p "$own/steps" 2>&1) || refuse step-unwritable "$problem" "As root: chown $(id -un) $own"
  lock_steps
  rm -f "$own"/steps/.*.pipe "$own"/steps/.*.late
  read_history
  say ask run
  read -r reply || reply=
  [ "$reply" = run ] || succeed skipped
  step running
  export RELEASE="$release" VERSION="$version" DEPLOY_PATH="$deploy_path"
  begin_output
  run_command "$step_command" "$step_timeout" "$release" "$files"
  [ -z "$run_late" ] || fail step-late "$step_timeout"
  [ "$run_code" -eq 0 ] || fail step-failed "$run_code"
  write_record || fail step-unrecorded "$record"
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

# read_history: the live version, the run that made it live, how often this version went live, whether the step was declared then, and
# for which change of the live version it ran last
read_history() {
  live=
  since=
  declared=
  times=0
  while read -r to by names; do
    # A repair commits the live version again, which is no change of it.
    [ "$to" != "$live" ] || continue
    live=$to
    since=$by
    declared=" $names "
    [ "$to" != "$version" ] || times=$((times + 1))
  done <<END
$(journal_lines committed | sed -n 's/.*"run":"\([^"]*\)".*"to":"\([^"]*\)"\(,"steps":"\([^"]*\)"\)\{0,1\}.*/\2 \1 \4/p')
END
  fact live "$live"
  fact since "${since:-never}"
  fact times "$times"
  case $declared in *" $step_name "*) fact declared yes ;; esac
  [ ! -f "$record" ] || fact ran-for "$(head -n 1 "$record")"
}

# write_record: whole or not at all
write_record() {
  printf '%s\n' "${since:-never}" >"$files.record" && sync "$files.record" && mv -f "$files.record" "$record"
}

main
