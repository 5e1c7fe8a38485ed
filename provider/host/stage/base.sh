# The base of a release that is sent: the newest complete release of the host. What both have is taken from there and not sent.
#
# The base is never changed, not even the modes of its files: most of its bytes may be live. Lists hold records of three words, "f",
# "x" or "-", anything, and "./path"; they end in NUL and are sorted, and every tool takes one as a whole: there is no process per file.

# What the client would have to be told is bounded, and so is what it keeps in memory.
most_manifest_bytes=10000000

# find_base: sets base and base_digest; both are empty where there is none, or where the host's tools cannot work with lists
find_base() {
  base=
  base_digest=
  knows_lists || return 0
  # Versions hold neither blanks nor line ends.
  for candidate in $(find "$own/manifests" -type f -size "-${most_manifest_bytes}c" -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2); do
    { [ -d "$deploy_path/releases/$candidate" ] && [ ! -L "$deploy_path/releases/$candidate" ]; } || continue
    read_manifest "$own/manifests/$candidate" || continue
    base=$candidate
    base_digest=$manifest_digest
    return 0
  done
}

# knows_lists: GNU's tools do, BusyBox's do not
knows_lists() {
  for tool in comm sort sed uniq; do
    "$tool" -z --version >/dev/null 2>&1 || return 1
  done
  find "$stage" -prune -printf '' 2>/dev/null && grep -az --version >/dev/null 2>&1 &&
    cp --reflink=auto --parents --version >/dev/null 2>&1 && base64 -w 1 --version >/dev/null 2>&1
}

# tell_base: the base's records, for a client that does not know them
tell_base() {
  packed_records "$own/manifests/$base" | tell_list base
}

# tell_list NAME: standard input as base64, in lines as long as the client takes them
tell_list() {
  base64 -w 32768 | sed "s/^/$marker text $1 /"
}

# take_base: puts the files that "$stage/kept" names into "$stage/release", as links where it may, else as copies, and leaves the names
# of those that it could not get, or that somebody has written into since, in "$stage/missing"
take_base() {
  from=$deploy_path/releases/$base
  { sort -z "$stage/kept" >"$stage/wanted" && list_paths <"$stage/wanted" | sort -z >"$stage/paths"; } ||
    no_space "$stage/wanted cannot be written"
  : >"$stage/linked"
  [ "$dedupe" != hardlink ] || link_same
  comm -z -23 "$stage/paths" "$stage/linked" >"$stage/missing"
  [ -s "$stage/missing" ] || return 0
  (cd "$stage/release" && xargs -0 -r rm -f --) <"$stage/missing"
  base_files "$from" | sort -z | comm -z -12 - "$stage/wanted" >"$stage/same"
  copy_same f "$file_mode"
  copy_same x "$exec_mode"
  (cd "$stage/release" && find . -type f -print0) | sort -z >"$stage/taken"
  comm -z -23 "$stage/paths" "$stage/taken" >"$stage/missing"
}

# link_same: what is linked is looked at where it lies then, since somebody may change the base at any moment. It must be this user's own, and
# have exactly the mode that it is to have. Links across owners may be forbidden (protected_hardlinks), and a file has a most number of links.
link_same() {
  (cd "$from" && xargs -0 -r cp -l --parents -t "$stage/release" --) <"$stage/paths" 2>/dev/null || :
  base_files "$stage/release" -uid "$(id -u)" "(" -perm "$exec_mode" -o -perm "$file_mode" ")" |
    sort -z | comm -z -12 - "$stage/wanted" | list_paths | sort -z >"$stage/linked"
  records_in "$own/manifests/$base" | grep -az '^[fx] ' >"$stage/records" || :
  # They need not be read again: they are the base's files, with the sizes and mtimes of what the client wants, so the base's records
  # hold for them. The digest over all records says in the end whether they are the client's.
  records_from "$stage/records" - <"$stage/linked" >>"$stage/vouched"
}

# copy_same KIND MODE: what could not be linked; a copy has one name only, so its mode is its own
copy_same() {
  grep -az "^$1 " "$stage/same" | list_paths | sort -z | comm -z -23 - "$stage/linked" >"$stage/copied"
  (cd "$from" && xargs -0 -r cp --parents --reflink=auto --preserve=timestamps -t "$stage/release" --) <"$stage/copied" 2>/dev/null || :
  (cd "$stage/release" && xargs -0 -r chmod "$2" --) <"$stage/copied" 2>/dev/null || :
}

# base_files DIR [TEST...]: a record of each file, as the client says what it wants: kind, size and mtime, and path
base_files() (
  cd "$1" || exit 0
  shift
  find . -type f "$@" "(" -perm -100 -printf 'x %s.%Ts %p\0' -o -printf 'f %s.%Ts %p\0' ")" 2>/dev/null
)

list_paths() {
  sed -z 's/^[^ ]* [^ ]* //'
}
