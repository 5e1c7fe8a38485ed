# Puts one release on disk, or finds it there. Nothing here touches what is live.

# decide: what the host has goes first; the source is what to build a version from if the host lacks it
decide() {
  [ ! -L "$release" ] || refuse release-link "$release is a link" "Releases are directories: remove the link, or use another version"
  if [ -e "$release" ]; then
    make_shared
    [ ! -f "$manifest" ] || reuse reused
    adopt
  fi
  [ -n "$source_digest" ] || release_missing
}

release_missing() {
  if [ -n "$missing_source" ]; then
    refuse release-missing "neither $release is on the host nor $missing_source on this machine" \
      "Build $version, or let CI or Deployer put it there"
  fi
  refuse release-missing "$release does not exist, and no source is given" \
    "Put it there (CI, Deployer) or give source"
}

main() {
  name_places
  need_tools
  make_layout
  clear_leftovers
  decide
  find_writer
  receive
  prepare
  # Two runs may send the same version: the first to come in wins, and the other uses it.
  place || {
    decide
    fail release-failed "$release came and went while it was put in place"
  }
  prune
  succeed_with uploaded
}

main
