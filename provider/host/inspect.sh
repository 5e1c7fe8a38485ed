# Looks at one release without changing anything.

main() {
  name_places
  if [ -d "$release" ] && [ ! -L "$release" ] && [ ! -f "$manifest" ]; then
    fact state unfinished
  else
    fact state "$(release_state "$release" "$manifest")"
  fi
  if read_manifest "$manifest"; then
    fact digest "$manifest_digest"
    fact files "$manifest_files"
    fact bytes "$manifest_bytes"
  fi
  [ ! -f "$own/owner" ] || text owner <"$own/owner"
  succeed inspected
}

main
