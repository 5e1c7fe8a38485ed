# One who wants a site's lock and then the host's, again and again, in front of what may have one at a time. It takes the place of the call of
# main in the switch's own script, so that the locks are the real ones.
# shellcheck shell=sh disable=SC2154

# race_once HOLD WAY: holds both for so many milliseconds; by the way "restore" it takes the host's once more, as a restore does
race_once() {
  lock_site
  race_enter "$deploy_path"
  journal locked to "$run"
  lock_host
  race_enter "$conf_dir"
  sleep "0.00$1"
  race_quit "$conf_dir"
  unlock_host
  if [ "$2" = restore ]; then
    lock_host_to_restore
    race_enter "$conf_dir"
    race_quit "$conf_dir"
    unlock_host
  fi
  race_quit "$deploy_path"
  unlock_site
}

# race_enter PLACE: a link says who is inside; who was killed there has left theirs, and only theirs may be taken over
race_enter() {
  ! ln "$own_dir/me.$$" "$1/inside" 2>/dev/null || return 0
  # Whoever was inside a moment ago and left was no killed one.
  race_pid=
  { read -r race_pid <"$1/inside"; } 2>/dev/null || fact double "somebody and $$ in $1"
  race_tries=0
  while race_lives "$race_pid"; do
    # Killed is not yet gone: a process lets go of its locks before it has ended.
    race_tries=$((race_tries + 1))
    if [ "$race_tries" -gt 500 ] || [ ! -e "$1/inside" ]; then
      fact double "$race_pid and $$ in $1"
      break
    fi
    sleep 0.01
  done
  ln -f "$own_dir/me.$$" "$1/inside"
}

# race_quit PLACE
race_quit() {
  race_pid=
  { read -r race_pid <"$1/inside"; } 2>/dev/null || :
  [ "$race_pid" = "$$" ] || fact double "$race_pid came to $$ in $1"
  rm -f "$1/inside"
}

race_lives() {
  { read -r race_line <"/proc/$1/stat"; } 2>/dev/null || return 1
  case ${race_line##*) } in Z* | X*) return 1 ;; esac
}

own_dir=$deploy_path/.site-release
gone=
signalled=
echo "$$" >"$own_dir/me.$$"
while read -r hold way; do
  race_once "$hold" "$way"
  fact through yes
done
