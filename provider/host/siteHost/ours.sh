# A file of ours says in its first line what follows has for a sha256: as long as that holds nobody has edited it.

# look_at FILE TEXT: $state is absent, same, ours (as we wrote it at another time) or theirs
look_at() {
  state=absent
  [ -e "$1" ] || [ -h "$1" ] || return 0
  state=same
  ! printf '%s' "$2" | cmp -s - "$1" || return 0
  state=theirs
  [ -f "$1" ] || return 0
  ours_digest=$(sed -n '1s/.* sha256 of what follows: \([0-9a-f]\{64\}\)$/\1/p' "$1")
  [ -z "$ours_digest" ] || [ "$(tail -n +2 "$1" | sha256sum | cut -d ' ' -f 1)" != "$ours_digest" ] || state=ours
}

# put FILE TEXT MODE: whole or not at all. The temporary name has a dot in it and another ending: neither sudo, nginx nor PHP reads it.
put() {
  printf '%s' "$2" >"$1.part"
  chmod "$3" "$1.part"
  mv -f "$1.part" "$1"
}

# leave_alone FILE TEXT: what somebody made or edited is theirs; the difference is shown
leave_alone() {
  warn "$1 was made or edited by somebody else and is left alone. What it has (-), and what would be written (+):"
  printf '%s' "$2" | diff -u --label "$1" --label wanted "$1" - || :
}
