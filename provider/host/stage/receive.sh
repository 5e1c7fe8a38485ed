# A release that the client sends: the manifest's length as a line, the manifest, and a gzip tar stream. Before them, where the host
# lacks shared paths, a line with the numbers of those whose copies come along, at the stream's end.

receive() {
  open_stage
  wanted=$(unshared)
  [ -z "$wanted" ] || step sharing "$wanted"
  step receiving
  if [ -n "$wanted" ]; then
    IFS= read -r offered || cut_off
    need_shared_files "$offered"
  fi
  read -r length || cut_off
  case $length in '' | *[!0-9]*) cut_off ;; esac
  problem=$(dd bs="$length" count=1 iflag=fullblock 2>&1 >"$stage/sent") || no_space "$problem"
  [ "$(stat -c %s "$stage/sent")" = "$length" ] || cut_off
  make_release_dir "$stage/release" || no_space "$stage/release cannot be made"
  # Owners and extended attributes are the receiving user's own; modes are exactly those sent, whatever the umask.
  problem=$(tar -x -z -p -o -f - -C "$stage/release" 2>&1) || unpacking_failed
  keep_group "$stage/release" || broken "its directories cannot keep their group"
  step verifying
  [ -z "$wanted" ] || set_copies_aside || no_space "$stage/shared cannot be made"
  link_shared "$stage/release" || no_space "the shared paths cannot be linked in $stage/release"
  make_manifest "$stage/release" "$stage/manifest" || broken "$manifest_problem"
  [ "$manifest_digest" = "$source_digest" ] ||
    broken "$(first_difference "$stage/sent" "$stage/manifest") is not what was sent"
  [ -z "$wanted" ] || fill_shared
  make_writable
}

# unpacking_failed: by what tar and gzip said. GNU tar calls a write that the disk cut short "Wrote only N of M bytes".
unpacking_failed() {
  said=$(printf '%s\n' "$problem" | sed '/^$/d' | head -n 1 | visible)
  case $problem in
    *'No space left'* | *'quota exceeded'* | *'Wrote only'*) no_space "$said" ;;
    *'nexpected end'* | *'nexpected EOF'* | *'short read'*) cut_off ;;
  esac
  broken "$said"
}

broken() {
  drop_stage
  fact "done" "what had arrived was removed"
  fail upload-broken "the release did not arrive as it was sent: $1"
}

cut_off() {
  drop_stage
  fact "done" "what had arrived was removed"
  fail upload-cut "the upload ended before the release was whole"
}

# no_space OBSERVED: something cannot be written; with the numbers, after everything of this run is gone
no_space() {
  drop_stage
  fact "done" "what had arrived was removed"
  blocks=$(df -Pk "$deploy_path" | tail -n 1 | { read -r _ _ _ free _ && echo "$free"; })
  inodes=$(df -Pi "$deploy_path" | tail -n 1 | { read -r _ _ _ free _ && echo "$free"; })
  refuse no-space "$1: $version has $((source_bytes / 1024)) KiB of files, $deploy_path has ${blocks:-?} KiB and ${inodes:-?} inodes free" \
    "Free some space on the host"
}
