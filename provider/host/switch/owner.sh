# One owner a site: the file that says which stack's resource has it. Written at commit, read by whoever wants to remove something.

# read_owner: $owner_line as it was written, $owner_is_ours
read_owner() {
  owner_line=
  [ ! -f "$own_dir/owner" ] || owner_line=$(head -n 1 "$own_dir/owner")
  owner_is_ours=
  owner_id=$(field "$owner_line" id)
  for owner_ours in $owner_ids; do
    [ "$owner_id" != "$owner_ours" ] || owner_is_ours=yes
  done
  [ -z "$owner_line" ] || fact owner "$owner_line"
}

# require_owner: a new resource takes a site over and says so; an existing one that lost it must be told to
require_owner() {
  read_owner
  [ -n "$owner_line" ] && [ -z "$owner_is_ours" ] || return 0
  [ "$take_over" = yes ] || fail owned "$owner_line"
  fact took-over "$owner_line"
}

# prepare_owner: under a name of its own, so that a full disk is met before the switch; since stays what it was, if it was ours
prepare_owner() {
  owner_since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  [ -z "$owner_is_ours" ] || owner_since=$(field "$owner_line" since)
  printf '{%s,"since":"%s"}\n' "$owner_words" "$owner_since" >"$own_dir/.owner.$run"
}

place_owner() {
  mv -f -T "$own_dir/.owner.$run" "$own_dir/owner"
}
