# The changes of the live version, as the journal has them: steps are due by them.

# read_history: the live version, the run that made it live, the steps that were declared then, and how often $version went live
read_history() {
  history_live=
  history_since=never
  history_declared=
  history_times=0
  while read -r history_to history_by history_steps; do
    # A repair commits the live version again, which is no change of it.
    [ "$history_to" != "$history_live" ] || continue
    history_live=$history_to
    history_since=$history_by
    history_declared=" $history_steps "
    [ "$history_to" != "$version" ] || history_times=$((history_times + 1))
  done <<END
$(journal_lines committed | sed -n 's/.*"run":"\([^"]*\)".*"to":"\([^"]*\)"\(,"steps":"\([^"]*\)"\)\{0,1\}.*/\2 \1 \4/p')
END
}
