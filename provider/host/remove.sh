# Removes the releases of a site that nothing serves. What others own, or put there, stays.

main() {
  name_places
  own_dir=$own
  [ -d "$own/manifests" ] || succeed removed
  check_owner
  live=$(live_root)
  [ -n "$live" ] || succeed nothing-live
  current=$(readlink -f "$deploy_path/current")
  read_kept
  lock_staging
  for dir in "$deploy_path"/releases/*; do
    [ -e "$dir" ] || [ -L "$dir" ] || continue
    remove_one "${dir##*/}"
  done
  unlock_staging
  empty_trash
  succeed removed
}

# remove_one VERSION: out of the way at once, by a rename; the slow part comes later
remove_one() {
  why=$(why_it_stays "$1")
  if [ -n "$why" ]; then
    say text stays "$1 $why"
  elif mv -T "$dir" "$own/trash/$1.$trash_name"; then
    rm -f "$own/manifests/$1"
    say text removed "$1"
  else
    say text stays "$1 cannot-be-moved"
  fi
}

# read_kept: what the journal says one can go back to, and what old workers may still serve
read_kept() {
  previous=$(field "$(journal_last committed)" from)
  draining=' '
  while IFS= read -r kept_line; do
    for kept_worker in $(field "$kept_line" workers); do
      if worker_lives "$kept_worker"; then draining="$draining$(field "$kept_line" version) "; fi
    done
  done <<EOF
$(journal_lines draining)
EOF
}

# worker_lives PID:START: another process may have the number by now. Where other users' processes are hidden, kill alone tells the dead.
worker_lives() {
  case $(kill -0 "${1%%:*}" 2>&1) in *'o such process'*) return 1 ;; esac
  worker_start=$(started "${1%%:*}")
  [ -z "$worker_start" ] || [ -z "${1#*:}" ] || [ "$worker_start" = "${1#*:}" ]
}

# check_owner: only a resource that has the site, or that gave it up last, may remove its releases: a site's Switch is deleted before its Release
check_owner() {
  [ ! -f "$own/owner" ] || text owner <"$own/owner"
  owner_id=$(sed -n 's/.*"id"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$own/owner" 2>/dev/null | head -n 1)
  [ -f "$own/owner" ] || owner_id=$(field "$(journal_last left)" owner)
  if [ -n "$owner_id" ] && printf '%s\n' "$owner_ids" | grep -qxF -e "$owner_id"; then return 0; fi
  succeed not-owner
}

# live_root: the directory that the include names; nothing if it names none
live_root() {
  named=$(sed -n 's/^[[:space:]]*set[[:space:]]\{1,\}[$]root_dir[[:space:]]\{1,\}"\{0,1\}\([^";]*\)"\{0,1\};.*/\1/p' "$include_path" 2>/dev/null) || :
  [ -z "$named" ] || readlink -f "$(printf '%s\n' "$named" | tail -n 1)"
}

why_it_stays() {
  real=$(readlink -f "$dir")
  case $live/ in "$real"/*) echo live && return ;; esac
  case $current/ in "$real"/*) echo current && return ;; esac
  if [ "$1" = "$previous" ]; then
    echo previous
  elif [ "${draining#*" $1 "}" != "$draining" ]; then
    echo draining
  elif [ ! -d "$dir" ] || [ -L "$dir" ] || [ ! -f "$own/manifests/$1" ]; then
    echo not-ours
  fi
}

main
