# The journal's last switches.

# tell_history: the lines of the last $limit switches, and of some before. Each switch begins with "locked"; what it found interrupted and
# restored stands before that.
tell_history() {
  if [ -d "$own" ] && [ ! -x "$own" ]; then
    unseen "$own"
    return 0
  elif [ -f "$own/journal.jsonl" ] && [ ! -r "$own/journal.jsonl" ]; then
    unseen "$own/journal.jsonl"
    return 0
  fi
  fact journal seen
  # shellcheck disable=SC2046 # numbers
  set -- $(switch_lines | grep -n '"step":"locked"' | cut -d : -f 1 | tail -n "$((limit + 1))")
  history_first=1
  [ $# -le "$limit" ] || history_first=$1
  switch_lines | tail -n "+$history_first" | sed "s/^/$marker text journal /"
}

# switch_lines: what tells how each switch went
switch_lines() {
  journal_lines locked switching reloaded committed restored unrestored unchanged failed
}

# tell_since: when the live version went live, by which run and whom: the first of the commits that end the journal and name the same version,
# since a repair commits it again
tell_since() {
  journal_lines committed |
    sed -n 's/.*"at":"\([^"]*\)","run":"\([^"]*\)","who":"\([^"]*\)".*"to":"\([^"]*\)".*/\1 \2 \3 \4/p' |
    uniq -f 3 | tail -n 1 | sed "s/^/$marker fact since /"
}
