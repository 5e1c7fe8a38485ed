# A release that the client sends. It is told how to pack, of a base, and of the numbers of shared paths that nothing is at yet. It answers
# those with a line of the numbers whose copies come along, then with a line "base" where it does not know the base's manifest, and then
# with one line of numbers, the manifest or the list of what it does not send, and a stream of tar, which has the copies at its end.

receive() {
  open_stage
  wanted=$(unshared)
  [ -z "$wanted" ] || step sharing "$wanted"
  pack=gzip
  ! command -v zstd >/dev/null || pack=zstd
  find_base
  step receiving "$pack $base_digest"
  if [ -n "$wanted" ]; then
    IFS= read -r offered || cut_off
    need_shared_files "$offered"
  fi
  read -r words || cut_off
  if [ "$words" = base ]; then
    tell_base
    step based
    read -r words || cut_off
  fi
  read_head "$words"
  need_space
  receive_part "$manifest_length" "$stage/sent"
  receive_part "$kept_length" "$stage/kept"
  make_release_dir "$stage/release" || no_space "$stage/release cannot be made"
  linked_paths=
  if [ "$kept_length" -gt 0 ]; then
    take_base
    linked_paths=$stage/linked
  fi
  unpack
  if [ -s "$stage/missing" ]; then
    tell_list missing <"$stage/missing"
    step resending
    unpack
  fi
  keep_group "$stage/release" || broken "its directories cannot keep their group"
  step verifying
  [ -z "$wanted" ] || set_copies_aside || no_space "$stage/shared cannot be made"
  link_shared "$stage/release" || no_space "the shared paths cannot be linked in $stage/release"
  [ -z "$linked_paths" ] || vouch
  make_manifest "$stage/release" "$stage/manifest" "$source_bytes" || broken "$manifest_problem"
  [ "$manifest_digest" = "$source_digest" ] || [ -n "$linked_paths" ] ||
    broken "$(first_difference "$stage/sent" "$stage/manifest") is not what was sent"
  [ "$manifest_digest" = "$source_digest" ] || broken "what came and what $base has do not make the release that was to be sent"
  [ -z "$wanted" ] || fill_shared
  make_writable
}

# read_head WORDS: how it is packed, the lengths of manifest and list in bytes, the files to come and their KiB
read_head() {
  read -r pack manifest_length kept_length coming_files coming_blocks <<EOF
$1
EOF
  case $pack in gzip | zstd) ;; *) cut_off ;; esac
  for number in "$manifest_length" "$kept_length" "$coming_files" "$coming_blocks"; do
    case $number in '' | *[!0-9]*) cut_off ;; esac
  done
}

# receive_part LENGTH FILE: what comes is packed by gzip
receive_part() {
  : >"$2" || no_space "$2 cannot be written"
  [ "$1" -gt 0 ] || return 0
  problem=$(dd bs="$1" count=1 iflag=fullblock 2>&1 >"$2.gz") || no_space "$problem"
  [ "$(stat -c %s "$2.gz")" = "$1" ] || cut_off
  problem=$(gzip -d -c "$2.gz" 2>&1 >"$2") || no_space "$problem"
}

# unpack: one stream. Owners and extended attributes are the receiving user's own; modes are exactly those sent, whatever the umask.
unpack() {
  rm -f "$stage/whole" "$stage/cut"
  problem=$({ chunks | "$pack" -d -c | tar -x -p -o -f - -C "$stage/release"; } 2>&1) || unpacking_failed
  [ -e "$stage/whole" ] || cut_off
}

# chunks: the bytes of a stream that comes as chunks, each behind its length in a line of its own, the last one empty
chunks() {
  while read -r length; do
    case $length in
      0) : >"$stage/whole" && return ;;
      '' | *[!0-9]*) return ;;
    esac
    dd bs="$length" count=1 iflag=fullblock 2>/dev/null || return
  done
  : >"$stage/cut"
}

# need_space: seen before anything is written, where the file system counts what it has
need_space() {
  blocks=$(free_of k)
  inodes=$(free_of i)
  if [ "${blocks:-$coming_blocks}" -lt "$coming_blocks" ] || [ "${inodes:-$coming_files}" -lt "$coming_files" ]; then
    no_space "$coming_files files of $coming_blocks KiB are to come"
  fi
}

# unpacking_failed: by what the tools said. GNU tar calls a write that the disk cut short "Wrote only N of M bytes".
unpacking_failed() {
  said=$(printf '%s\n' "$problem" | sed '/^$/d' | head -n 1 | visible)
  case $problem in
    *'No space left'* | *'quota exceeded'* | *'Wrote only'*) no_space "$said" ;;
  esac
  [ ! -e "$stage/cut" ] || cut_off
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
  blocks=$(free_of k)
  inodes=$(free_of i)
  refuse no-space "$1: $version has $((source_bytes / 1024)) KiB of files, $deploy_path has ${blocks:-?} KiB and ${inodes:-?} inodes free" \
    "Free some space on the host"
}

# free_of k|i: free KiB or inodes; nothing where they are not counted (btrfs says 0 of 0 inodes)
free_of() {
  df -P"$1" "$deploy_path" 2>/dev/null | tail -n 1 | {
    read -r _ total _ free _ || :
    case $total,$free in
      0,* | *[!0-9,]* | ,* | *,) ;;
      *) echo "$free" ;;
    esac
  }
}
