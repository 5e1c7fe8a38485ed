# The commit: from here on the new version is the one that restores come back to. Web first, the command line now: cron and workers follow `current`.

# read_current: $current_target is what `current` points at, $current_version its version
read_current() {
  current_target=
  current_version=
  if [ -h "$deploy_path/current" ]; then
    current_target=$(readlink "$deploy_path/current")
    current_version=${current_target#"$deploy_path/"}
    case $current_version in
      releases/*/*) current_version= ;;
      releases/*) current_version=${current_version#releases/} ;;
      *) current_version= ;;
    esac
  elif [ -e "$deploy_path/current" ]; then
    fail current-is-directory "$deploy_path/current"
  fi
}

# prepare_current: before the switch, so that a full disk is met there
prepare_current() {
  prepare_link next "$root"
}

# place_current: nothing is served by it, and so it is worth no sync
place_current() {
  move_link next
}

# commit: the journal decides, and names the steps that are to follow. What follows from it is told where it fails: a restore now would leave a journal that lies.
commit() {
  set -- from "$previous" to "$version" ${after_steps:+steps "$after_steps"}
  if by_link; then set -- strategy symlink public "$public_dir" ${resolves:+resolves yes} "$@"; fi
  journal committed "$@" || return 1
  by_link || place_current || fact unfinished "$deploy_path/current"
  place_owner || fact unfinished "$own_dir/owner"
  finish_deployer || fact unfinished "$deploy_path/.dep/deploy.lock"
}
