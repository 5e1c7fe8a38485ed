# What lies in releases/, and what is on its way there.

# tell_releases: "TIME USER KIND|./NAME" for each, and "TIME FILES BYTES NAME" for each manifest
tell_releases() {
  if [ -d "$deploy_path/releases" ]; then
    if [ -r "$deploy_path/releases" ] && [ -x "$deploy_path/releases" ]; then
      (cd "$deploy_path/releases" && find . -mindepth 1 -maxdepth 1 -exec stat -c '%Y %U %F|%n' {} + 2>/dev/null) |
        sed "s/^/$marker text release /"
    else
      unseen "$deploy_path/releases"
    fi
  fi
  [ -d "$own/manifests" ] || return 0
  if [ ! -r "$own/manifests" ] || [ ! -x "$own/manifests" ]; then
    unseen "$own/manifests"
    return 0
  fi
  (cd "$own/manifests" && find . -type f -exec stat -c '%Y %n' {} + 2>/dev/null) | while read -r releases_time releases_name; do
    releases_name=${releases_name#./}
    if read_manifest "$own/manifests/$releases_name"; then
      say text manifest "$releases_time $manifest_files $manifest_bytes $releases_name"
    fi
  done
}

# tell_uploads: "TIME USER held|left PREPARED" for each run's directory. Whether its run lives is read from the kernel's list of locks: to try
# the lock itself could make a run that just begins fail.
tell_uploads() {
  if [ -d "$own/staging" ] && { [ ! -r "$own/staging" ] || [ ! -x "$own/staging" ]; }; then unseen "$own/staging"; fi
  for uploads_dir in "$own"/staging/*; do
    [ -d "$uploads_dir" ] || continue
    # shellcheck disable=SC2046 # words without blanks
    set -- $(stat -c '%Y %U %i' "$uploads_dir" 2>/dev/null)
    [ $# -eq 3 ] || continue
    uploads_state=left
    ! grep -q "FLOCK .*:$3 0 EOF" /proc/locks 2>/dev/null || uploads_state=held
    say text upload "$1 $2 $uploads_state $(head -n 1 "$uploads_dir/preparing" 2>/dev/null || :)"
  done
}
