# A release that the client sends. It is told how to pack, of a base, and of the numbers of shared paths that nothing is at yet. It answers
# those with a line of the numbers whose copies come along, then with a line "base" where it does not know the base's manifest, and then
# with one line of words, the list of what it does not send since the base has it, and a stream of tar, which has the copies at its end.

receive() {
  open_stage
  wanted=$(unshared)
  [ -z "$wanted" ] || step sharing "$wanted"
  pack=gzip
  ! command -v zstd >/dev/null || pack=zstd
  find_base
  tell_rest
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
  receive_list "$list_length" "$stage/kept"
  [ -d "$stage/release" ] || make_release_dir "$stage/release" || no_space "$stage/release cannot be made"
  : >"$stage/vouched"
  [ "$list_length" -eq 0 ] || take_base
  leave_rest
  unpack
  if [ -s "$stage/missing" ]; then
    gzip -1 <"$stage/missing" | tell_list missing
    step resending
    unpack
  fi
  rm -f "$stage/rest"
  keep_group "$stage/release" || broken "its directories cannot keep their group"
  step verifying
  [ -z "$wanted" ] || set_copies_aside || no_space "$stage/shared cannot be made"
  link_shared "$stage/release" || no_space "the shared paths cannot be linked in $stage/release"
  make_manifest "$stage/release" "$stage/manifest" "$source_bytes" "$stage/vouched" || broken "$manifest_problem"
  [ "$manifest_digest" = "$source_digest" ] || not_as_sent
  [ -z "$wanted" ] || fill_shared
  make_writable
}

# read_head WORDS: how it is packed, the length of the list in bytes, the files to come, and the inodes and KiB that they need
read_head() {
  read -r pack list_length coming_files coming_inodes coming_blocks <<EOF
$1
EOF
  case $pack in gzip | zstd) ;; *) cut_off ;; esac
  for number in "$list_length" "$coming_files" "$coming_inodes" "$coming_blocks"; do
    case $number in '' | *[!0-9]*) cut_off ;; esac
  done
}

# receive_list LENGTH FILE: what comes is packed by gzip
receive_list() {
  : >"$2" || no_space "$2 cannot be written"
  [ "$1" -gt 0 ] || return 0
  problem=$(next_bytes "$1" 2>&1 >"$2.gz") || no_space "$problem"
  [ "$(stat -c %s "$2.gz")" = "$1" ] || cut_off
  problem=$(gzip -d -c "$2.gz" 2>&1 >"$2") || no_space "$problem"
}

# not_as_sent: the client knows what it sent; it is told what there is instead, and names the first difference
not_as_sent() {
  fact arrived "$manifest_digest"
  packed_records "$stage/manifest" | tell_list arrived
  broken "it makes another release"
}

# unpack: one stream. Owners and extended attributes are the receiving user's own; modes are exactly those sent, whatever the umask.
unpack() {
  rm -f "$stage/whole" "$stage/cut"
  begin_reading
  # shellcheck disable=SC2086 # words of our own
  problem=$({ chunks | "$pack" -d -c | tar -x -p -o $reading -f - -C "$stage/release"; } 2>&1) || unpacking_failed
  end_reading
  [ -e "$stage/whole" ] || cut_off
}

# chunks: the bytes of a stream that comes as chunks, each behind its length in a line of its own, the last one empty. A "-" instead says
# that the source cannot be sent, so that what has arrived is good for nobody.
chunks() {
  while read -r length; do
    case $length in
      0) : >"$stage/whole" && return ;;
      -) rm -f "$stage/rest" && return ;;
      '' | *[!0-9]*) return ;;
    esac
    next_bytes "$length" 2>/dev/null || return
  done
  : >"$stage/cut"
}

# next_bytes LENGTH: so many of standard input, and not one more. BusyBox counts bytes since 1.34.
next_bytes() {
  if [ -z "${counts_bytes:-}" ]; then
    counts_bytes=no
    ! dd iflag=count_bytes count=0 </dev/null >/dev/null 2>&1 || counts_bytes=yes
  fi
  if [ "$counts_bytes" = yes ]; then
    dd bs=65536 iflag=fullblock,count_bytes count="$1"
  else
    dd bs="$1" iflag=fullblock count=1
  fi
}

# need_space: seen before anything is written, where the file system counts what it has
need_space() {
  blocks=$(free_of k)
  inodes=$(free_of i)
  if [ "${blocks:-$coming_blocks}" -lt "$coming_blocks" ] || [ "${inodes:-$coming_inodes}" -lt "$coming_inodes" ]; then
    no_space "$coming_files files ($coming_inodes inodes, $coming_blocks KiB) are to come"
  fi
}

# unpacking_failed: by what the tools said. GNU tar calls a write that the disk cut short "Wrote only N of M bytes".
unpacking_failed() {
  # It may still wait for a tar that never came to tell anything.
  [ -z "$reading" ] || kill "$reader" 2>/dev/null || :
  said=$(printf '%s\n' "$problem" | sed '/^$/d' | head -n 1 | visible)
  case $problem in
    *'No space left'* | *'quota exceeded'* | *'Wrote only'*) no_space "$said" ;;
  esac
  [ ! -e "$stage/cut" ] || cut_off
  broken "$said"
}

broken() {
  case $1 in *"No space left"* | *"quota exceeded"*) no_space "$1" ;; esac
  drop_stage
  fact "done" "what had arrived was removed"
  fail upload-broken "the release did not arrive as it was sent: $1"
}

# cut_off: what has arrived stays for a run that sends the same; every other one clears it
cut_off() {
  if [ -f "$stage/rest" ]; then
    fact "done" "what had arrived is kept, and the next run with the same source goes on from there"
  else
    drop_stage
    fact "done" "what had arrived was removed"
  fi
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
