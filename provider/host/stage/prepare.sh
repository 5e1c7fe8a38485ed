# Commands of the user's inside the release before it is complete. They run at its final path, which what they make may hold (Laravel's
# config:cache does): without a manifest it counts for nothing, and `preparing` in the run's own directory says whose it is.

prepare() {
  if [ "$prepare_count" -eq 0 ]; then
    # Of an earlier release of that name.
    rm -f "$own/prepared/$version"
    return 0
  fi
  lock_staging
  if [ -e "$release" ] || [ -L "$release" ]; then
    # Another run was first; place() finds it.
    unlock_staging
    return 0
  fi
  { printf '%s\n' "$version" >"$stage/preparing" && sync "$stage/preparing"; } || no_space "$stage/preparing cannot be written"
  mv -T "$stage/release" "$release" || fail release-failed "$release cannot be made"
  unlock_staging
  step preparing
  export RELEASE="$release" VERSION="$version" DEPLOY_PATH="$deploy_path"
  prepare_began=$(date +%s)
  prepare_number=0
  while [ "$prepare_number" -lt "$prepare_count" ]; do
    prepare_number=$((prepare_number + 1))
    eval "prepare_command=\$prepare_$prepare_number"
    prepare_left=$((prepare_timeout - $(date +%s) + prepare_began))
    [ "$prepare_left" -gt 0 ] || unprepared prepare-late "$prepare_timeout"
    # shellcheck disable=SC2154 # by the eval above
    run_command "$prepare_command" "$prepare_left" "$release" "$stage/run"
    [ -z "$run_late" ] || unprepared prepare-late "$prepare_timeout"
    [ "$run_code" -eq 0 ] || unprepared prepare-failed "$prepare_number $run_code"
  done
  mv -T "$release" "$stage/release" || fail release-failed "$release cannot be completed"
  rm -f "$stage/preparing"
  make_manifest "$stage/release" "$stage/manifest" || {
    case $manifest_problem in *'No space left'* | *'quota exceeded'*) no_space "$manifest_problem" ;; esac
    unprepared prepare-broken "$manifest_problem"
  }
  dedupe_prepared
  # What a later run compares its source with: the manifest describes what the commands made of it.
  printf '%s\n' "$source_digest" >"$own/prepared/$version" ||
    no_space "$own/prepared/$version cannot be written"
}

# unprepared REASON DETAIL: nothing of it is left
unprepared() {
  [ ! -e "$stage/preparing" ] || mv -T "$release" "$stage/release" || :
  drop_stage
  fact "done" "the release was removed"
  fail "$1" "$2"
}

# refuse_preparing: a release that another run prepares looks like one that somebody else put there
refuse_preparing() {
  for preparing in "$own"/staging/*/preparing; do
    [ ! -f "$preparing" ] || [ "$(head -n 1 "$preparing")" != "$version" ] ||
      refuse release-unfinished "another run prepares $release" "Wait until it ends and run again"
  done
}

# take_back DIR: what a run that is dead was preparing goes with it
take_back() {
  [ -f "$1/preparing" ] || return 0
  preparing=$(head -n 1 "$1/preparing")
  if [ -n "$preparing" ] && [ ! -e "$1/release" ] && [ -d "$deploy_path/releases/$preparing" ] && [ ! -f "$own/manifests/$preparing" ]; then
    mv -T "$deploy_path/releases/$preparing" "$1/release"
  fi
}
