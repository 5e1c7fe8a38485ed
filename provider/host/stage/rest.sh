# What a cut upload left: the next one that sends the same goes on from there. `rest` in the run's own directory has the key of what was
# coming: all of the inputs that decide how a release lies on disk.

# is_rest DIR: of an upload as this one, by this login
is_rest() {
  [ -n "$rest_key" ] && [ -d "$1/release" ] && [ "$(cat "$1/rest" 2>/dev/null)" = "$rest_key" ] &&
    [ "$(stat -c %u "$1")" = "$(id -u)" ]
}

# take_rest: makes what a dead run left this run's own, with its lock; false where there is nothing
take_rest() {
  for left in "$own"/staging/*; do
    is_rest "$left" || continue
    exec 8<"$left"
    # A run that was cut just now needs a moment to end.
    if { flock -w 2 8 || { end_stalled "$left" && flock -w 2 8; }; } && mv -T "$left" "$stage"; then
      clean_rest && return 0
      drop_stage
      return 1
    fi
    exec 8<&-
  done
  return 1
}

# end_stalled DIR: a run whose link died without a word hears nothing until TCP gives up, in hours. Nothing has come for as long as a client takes to notice.
end_stalled() {
  [ -z "$(find "$1" -newerct '15 seconds ago' 2>&1 | head -n 1)" ] || return 1
  stalled=$(cat "$1/pid" 2>/dev/null)
  # Another process may have the number by now.
  grep -qs 'LC_ALL=C; export LC_ALL' "/proc/$stalled/cmdline" && kill -- "-$stalled" 2>/dev/null
}

# clean_rest: only what was sent of the release itself is worth keeping. Links to the base's files are made anew, by what the base is now, and
# copies of shared paths come again, or are no longer wanted.
clean_rest() {
  find "$stage" -mindepth 1 -maxdepth 1 ! -name release -exec rm -rf {} + &&
    find "$stage/release" -type f ! -links 1 -exec rm -f {} + || return 1
  while IFS= read -r path; do
    [ -z "$path" ] || rm -rf "${stage:?}/release/$path" || return 1
  done <<EOF
$(shared_paths)
EOF
}

# tell_rest: a file has the mtime that was sent only when all of it was written
tell_rest() {
  if [ -d "$stage/release" ] && knows_lists; then
    base_files "$stage/release" | gzip -1 | tell_list rest
  fi
}

# leave_rest: from here on a cut leaves something worth keeping
leave_rest() {
  [ -z "$rest_key" ] || printf '%s\n' "$rest_key" >"$stage/rest" || no_space "$stage/rest cannot be written"
}
