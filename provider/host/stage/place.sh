# Makes what was received the release.

# place: false if the release came to exist meanwhile; this run's own copy is then gone
place() {
  step placing
  # Everything must be on the disk before a name says that it is complete.
  sync -f "$stage" 2>/dev/null || sync
  lock_staging
  if [ -e "$release" ] || [ -L "$release" ]; then
    unlock_staging
    drop_stage
    return 1
  fi
  write_manifest "$stage/manifest" || no_space "$manifest cannot be written"
  if ! mv -T -n "$stage/release" "$release" || [ -e "$stage/release" ]; then
    # Somebody who knows no lock of ours made it in this moment.
    rm -f "$manifest"
    unlock_staging
    drop_stage
    [ -e "$release" ] || fail release-failed "$release cannot be made"
    return 1
  fi
  sync "$own/manifests" "$deploy_path/releases"
  unlock_staging
  drop_stage
}

# write_manifest FILE: whole or not at all
write_manifest() {
  sync "$1" && mv -f "$1" "$manifest"
}
