# What a release is by its manifest.

# release_state DIR FILE [names]: says "complete", "missing" or "changed: PATH", by whether each record of the manifest holds. What
# is there besides does not matter: an application writes files. With "names" contents are not read.
release_state() {
  if [ ! -d "$1" ] || [ -L "$1" ] || ! read_manifest "$2"; then
    echo missing
    return
  fi
  if ! records_in "$2" >/dev/null 2>&1; then
    echo "changed: its manifest"
    return
  fi
  # Records of the manifest come once, those met on disk twice: what is then alone is in the manifest only.
  first_changed=$(
    {
      records_in "$2" | record_lines | without_digests "${3:-digests}"
      (cd "$1" && disk_records "${3:-digests}") 2>/dev/null | record_lines | sed -e 's/^D /d /' -e p
    } | sort | uniq -u | first_path
  )
  if [ -z "$first_changed" ]; then echo complete; else echo "changed: $first_changed"; fi
}

# disk_records digests|names: of everything in this directory, in any order
disk_records() {
  if [ "$1" = names ]; then
    walk . ! -type l
  else
    for disk_kind in f x; do
      walk . -type f | names_of "$disk_kind" | read_records "$disk_kind"
    done
    walk . -type d
  fi
  walk . -type l | names_of l | link_records
}

# written_since DIR FILE: whether a file of the manifest was written since the manifest was. No file of a release is written after it;
# who writes and sets the time back is found by release_state only.
written_since() {
  [ -n "$(
    {
      records_in "$2" | record_lines | sed -n 's/^[fx] [0-9a-f]* //p'
      (cd "$1" && find . -type f -newer "$2" -print0) | record_lines
    } | sort | uniq -d | head -n 1
  )" ]
}

without_digests() {
  if [ "$1" = names ]; then sed 's/^\([fx]\) [0-9a-f]* /\1 /'; else cat; fi
}

# first_path: the first by the order of paths among lines of records
first_path() {
  sed -e 's/^[fx] [0-9a-f]\{64\} //' -e 's/^[fxld] //' -e 's,//.*,,' -e 's,^\./,,' | sort | head -n 1 | visible
}
