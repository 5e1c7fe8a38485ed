# The commit: from here on the new version is the one that restores come back to. Web first, the command line now: cron and workers follow `current`.

# read_current: $current_target is what `current` points at, $current_version its version
read_current() {
  current_target=
  current_version=
  if [ -h "$deploy_path/current" ]; then
    current_target=$(readlink "$deploy_path/current")
    current_version=${current_target#"$deploy_path/"}
    case $current_version in
      releases/*) current_version=${current_version#releases/} ;;
      *) current_version= ;;
    esac
  elif [ -e "$deploy_path/current" ]; then
    fail current-is-directory "$deploy_path/current"
  fi
}

# prepare_current: the link under a name of its own, so that a full disk is met before the switch
prepare_current() {
  current_style=
  case $current_target in /*) current_style=$deploy_path/ ;; esac
  ln -s "${current_style}releases/$version" "$own_dir/.current.$run"
}

place_current() {
  mv -f -T "$own_dir/.current.$run" "$deploy_path/current"
}

# commit: the journal decides, and names the steps that are to follow. What follows from it is told where it fails: a restore now would leave a journal that lies.
commit() {
  journal committed from "$previous" to "$version" ${after_steps:+steps "$after_steps"} || return 1
  place_current || fact unfinished "$deploy_path/current"
  place_owner || fact unfinished "$own_dir/owner"
  finish_deployer || fact unfinished "$deploy_path/.dep/deploy.lock"
}
