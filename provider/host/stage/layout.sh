# Makes the places under deployPath, and sees that they can be used.

need_tools() {
  for tool in flock tar gzip find xargs sort sha256sum readlink stat dd sync setsid mkfifo; do
    command -v "$tool" >/dev/null ||
      lack tool-missing "the host has no $tool" tool "$tool"
  done
}

# make_layout: what is missing is made, passable for everybody; what is there keeps its owner and mode
make_layout() {
  problem=$(mkdir -p "$deploy_path" 2>&1) ||
    lack deploy-path "$deploy_path cannot be made: $problem" deployPath "$(id -un)" "$deploy_path"
  for place in "$deploy_path/releases" "$deploy_path/shared" "$own" "$own/manifests" "$own/prepared" "$own/staging" "$own/trash" "$own/empty"; do
    [ -d "$place" ] && continue
    # Another run may make it at the same moment.
    problem=$({ mkdir -m 0755 "$place" && group_too "$place"; } 2>&1) || [ -d "$place" ] ||
      lack deploy-path "$place cannot be made: $problem" ownPlace "$(id -un)" "$deploy_path"
  done
  for place in "$deploy_path/releases" "$own/manifests" "$own/prepared" "$own/staging" "$own/trash"; do
    { [ -r "$place" ] && [ -w "$place" ]; } ||
      lack deploy-path "$(id -un) cannot write to $place" ownPlace "$(id -un)" "$place"
  done
  # The release comes to its place by rename, which does not cross file systems.
  [ "$(stat -L -c %d "$deploy_path/releases")" = "$(stat -L -c %d "$own/staging")" ] ||
    refuse deploy-path "$deploy_path/releases lies on another file system than $own" "Have both on one file system"
}
