# A directory that others put there: CI, Deployer, a person. It is never changed.

adopt() {
  refuse_preparing
  step adopting
  check_front_controller
  check_deployer
  unlinked=$(unlinked_shared "$release")
  [ -z "$unlinked" ] ||
    refuse shared-path "$release/$unlinked is not a link to $deploy_path/shared/$unlinked, and this release was put there by others" \
      "Let them link it (Deployer: shared_dirs, shared_files), or leave it out of sharedDirs and sharedFiles"
  open_stage
  before=$(listing)
  make_manifest "$release" "$stage/manifest" || {
    drop_stage
    fail release-unreadable "$release cannot be adopted: $manifest_problem"
  }
  sleep 2
  if [ "$before" != "$(listing)" ]; then
    drop_stage
    unfinished "it changed while it was watched for 2 s"
  fi
  # Others may have adopted it too: the same directory, so the same manifest.
  write_manifest "$stage/manifest" || no_space "$manifest cannot be written"
  drop_stage
  sync "$own/manifests"
  reuse adopted
}

unfinished() {
  refuse release-unfinished "$release is not complete: $1" \
    "Wait until it is filled and run again; best fill a directory beside it and rename it into place"
}

check_front_controller() {
  root=$release
  [ "$public_dir" = . ] || root=$release/$public_dir
  [ -d "$root" ] || unfinished "it has no directory $public_dir"
  [ -f "$root/index.php" ] || [ -f "$root/index.html" ] ||
    unfinished "there is neither index.php nor index.html in $public_dir"
}

# check_deployer: while Deployer works its lock is held; when it has filled a release and leaves the switch to us, the lock stays
# and its link "release" points at that release (deploy:prepare without deploy:publish). The switch then finishes both.
check_deployer() {
  lock=$deploy_path/.dep/deploy.lock
  [ -e "$lock" ] || return 0
  [ "$(readlink -f "$deploy_path/release")" != "$(readlink -f "$release")" ] || return 0
  refuse release-unfinished \
    "Deployer holds $lock ($(head -n 1 "$lock" 2>/dev/null | visible), since $(stat -c %y "$lock" | cut -d . -f 1)), so $release may not be complete" \
    "Wait until it ends; if it was interrupted: dep deploy:unlock"
}

# listing: changes when anything in the release does
listing() {
  find "$release" -exec stat -c '%n %s %z' {} + 2>&1 | sha256sum
}
