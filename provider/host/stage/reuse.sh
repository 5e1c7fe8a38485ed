# A release that is complete already.

# reuse OUTCOME: nothing is sent; says what the host has, and whether it is what the client would have sent
reuse() {
  state=$(release_state "$release" "$manifest" names)
  [ "$state" = complete ] ||
    refuse release-changed "$release is not what its manifest says (${state#changed: } is missing)" \
      "Use a new version, or remove $release on the host if it is not live"
  # An application may write into its own files: that stops nobody who goes back, and is said.
  ! written_since "$release" "$manifest" || state=$(release_state "$release" "$manifest")
  fact state "$state"
  [ "$state" = complete ] ||
    warn "$release is no longer what was put there (${state#changed: } is not); it is used as it is. For its first content use a new version"
  read_manifest "$manifest" || fail release-changed "$manifest cannot be read"
  made_of=$manifest_digest
  [ ! -f "$own/prepared/$version" ] || made_of=$(head -n 1 "$own/prepared/$version")
  if [ -n "$source_digest" ] && [ "$source_digest" != "$made_of" ]; then
    warn "the host's $version differs from the source; the host's is used. For the source's content use a new version"
  fi
  unlinked=$(unlinked_shared "$release")
  [ -z "$unlinked" ] || warn "$release was made without the shared path $unlinked, and stays so; a new version has it"
  prune
  succeed_with "$1"
}

# succeed_with OUTCOME: with what the manifest says
succeed_with() {
  # Retention has read others since.
  read_manifest "$manifest" || fail release-changed "$manifest cannot be read"
  fact digest "$manifest_digest"
  fact files "$manifest_files"
  fact bytes "$manifest_bytes"
  succeed "$1"
}
