# A site as a person asks for it: what is live, what goes on, what is there, and how it came to be. Nothing is changed, not even a directory is
# made, and what this login may not see is said.

main() {
  name_places
  fact now "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  look_at_place
  fact place "$place"
  [ "$place" = site ] || succeed told
  look_at_lock
  tell_history
  [ "$asked" = status ] || succeed told
  tell_deployer
  tell_traffic
  tell_owner
  tell_draining
  tell_releases
  tell_uploads
  # Last: whether a switch was interrupted is known only where none has worked meanwhile.
  tell_unfinished
  succeed told
}

# unseen WHAT: what is there and cannot be looked at
unseen() { say text unseen "$1"; }

# look_at_place: $place is site, or why there is none
look_at_place() {
  place=site
  if [ -d "$deploy_path" ]; then
    if [ ! -x "$deploy_path" ]; then
      place=hidden
    elif [ ! -d "$own" ] && [ ! -e "$deploy_path/releases" ]; then
      place=foreign
      if [ -r "$deploy_path" ] && [ -z "$(ls -A "$deploy_path")" ]; then place=empty; fi
    fi
    return 0
  fi
  place=missing
  [ ! -e "$deploy_path" ] || place=no-directory
  # A path below a directory that cannot be passed looks absent: the first one upwards that can be seen decides.
  place_above=${deploy_path%/*}
  while [ -n "$place_above" ] && [ ! -d "$place_above" ]; do place_above=${place_above%/*}; done
  [ -x "${place_above:-/}" ] || place=hidden
}

# tell_owner: the line that the last switch wrote
tell_owner() {
  if [ -f "$own/owner" ] && [ ! -r "$own/owner" ]; then
    unseen "$own/owner"
    return 0
  fi
  owner_ids=
  read_owner
}

main
