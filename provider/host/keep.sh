# Which releases of a site stay, and why. Whoever removes any asks here, under staging's lock, and takes them away by take_away.

nl='
'

# owns_site: whether the resource that asks has the site; without an owner, or with another one, it has not
owns_site() {
  [ -f "$own/owner" ] || return 1
  is_owner "$(sed -n 's/.*"id"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$own/owner" | head -n 1)"
}

is_owner() {
  case $nl$owner_ids$nl in *"$nl$1$nl"*) [ -n "$1" ] ;; *) return 1 ;; esac
}

# read_kept: $live is empty where the include (or `current`, where the last switch had nginx follow it) does not say which release is live
read_kept() {
  journal_seen=$(journal_size)
  current=$(readlink -f "$deploy_path/current") || current=
  kept_by=include
  live=$(live_root) || live=
  if [ "$(field "$(journal_last committed)" strategy)" = symlink ]; then
    kept_by=current
    live=$current
    [ -d "$live" ] || live=
  fi
  kept_releases=$(readlink -f "$deploy_path/releases") || kept_releases=$deploy_path/releases
  # What was committed last is what a restore comes back to, even where somebody changed the include since.
  kept_line=$(journal_last committed)
  previous=" $(field "$kept_line" from) $(field "$kept_line" to) "
  read_draining
  read_left
}

# live_root: the directory that the include names
live_root() {
  kept_named=$(include_words 2>/dev/null |
    sed -n 's/^[[:space:]]*set[[:space:]]\{1,\}[$]root_dir[[:space:]]\{1,\}"\{0,1\}\([^";]*\)"\{0,1\};.*/\1/p') || :
  [ -z "$kept_named" ] || readlink -f "$(printf '%s\n' "$kept_named" | tail -n 1)"
}

# read_draining: $draining has the versions of which the journal names a worker that still lives. Words, since read takes a byte at a time.
read_draining() {
  draining=' '
  for kept_word in $(journal_lines draining | sed -n 's/.*"version":"\([^"]*\)".*"workers":"\([^"]*\)".*/=\1 \2/p'); do
    case $kept_word in
      =*) kept_version=${kept_word#=} ;;
      *) if worker_lives "$kept_word"; then draining="$draining$kept_version "; fi ;;
    esac
  done
}

# read_left: $draining has the versions too that `current` left within the last hour, and those that it named on trial: which requests still use
# them nobody can see, and few take that long
read_left() {
  for kept_version in $(
    {
      echo
      date -u -d "@$(($(date +%s) - 3600))" +'%Y-%m-%dT%H:%M:%SZ -'
      journal_lines committed restored | tail -n 300 | grep '"strategy":"symlink"' |
        sed -n 's/.*"at":"\([^"]*\)".*"from":"\([^"]\{1,\}\)".*/\1 \2/p'
    } | sort | sed -e '1,/ -$/d' -e 's/.* //'
  ); do
    draining="$draining$kept_version "
  done
}

# worker_lives PID:START: another process may have the number by now. A journal names hundreds: those that are gone cost no process.
worker_lives() {
  if [ -d /proc/1 ]; then
    [ -d "/proc/${1%%:*}" ] || return 1
  else
    # Other users' processes are hidden (hidepid=2): kill alone tells the dead.
    case $(kill -0 "${1%%:*}" 2>&1) in *'o such process'*) return 1 ;; esac
  fi
  worker_start=$(started "${1%%:*}")
  [ -z "$worker_start" ] || [ -z "${1#*:}" ] || [ "$worker_start" = "${1#*:}" ]
}

# why_it_stays NAME: $why, for what lies in releases/ under that name; empty if nothing needs it. Not ours is what has no manifest: a
# directory of others, or one that is not finished.
why_it_stays() {
  kept_dir=$deploy_path/releases/$1
  kept_real=$kept_releases/$1
  [ ! -L "$kept_dir" ] || kept_real=$(readlink -f "$kept_dir") || kept_real=$kept_releases/$1
  why=
  case $live/ in "$kept_real"/*) why=live && return ;; esac
  case $current/ in "$kept_real"/*) why=current && return ;; esac
  if [ "$1" = "${version:-}" ]; then
    why=wanted
  elif [ "${previous#*" $1 "}" != "$previous" ]; then
    why=previous
  elif [ "${draining#*" $1 "}" != "$draining" ]; then
    why=draining
  elif [ ! -d "$kept_dir" ] || [ -L "$kept_dir" ] || ! read_manifest "$own/manifests/$1"; then
    why=not-ours
  fi
}

# take_away NAME: out of the way at once, by a rename; the slow part comes later. False, with $why, if it stays after all. A switch takes
# the site's lock before it looks for its release, and we look for the lock again when the release is gone: whoever comes second meets the other.
take_away() {
  why=cannot-be-moved
  kept_aside=$own/.aside.$1.$trash_name
  mv -T "$deploy_path/releases/$1" "$kept_aside" 2>/dev/null || return 1
  if switch_works || [ "$(journal_size)" != "$journal_seen" ]; then
    why=switching
    mv -T "$kept_aside" "$deploy_path/releases/$1"
    return 1
  fi
  rm -f "$own/manifests/$1" "$own/prepared/$1"
  mv -T "$kept_aside" "$own/trash/$1.$trash_name"
}

# clear_asides: what a run that was killed had just taken away
clear_asides() {
  for left in "$own"/.aside.*; do
    [ ! -e "$left" ] || mv -T "$left" "$own/trash/${left##*/.aside.}"
  done
}

# switch_works: somebody holds the site's lock. We share it, for the moment that it takes to ask, with others who ask.
switch_works() {
  ! (flock -s -n 9) 9<"$deploy_path"
}

journal_size() {
  stat -c %s "$own/journal.jsonl" 2>/dev/null || echo 0
}
