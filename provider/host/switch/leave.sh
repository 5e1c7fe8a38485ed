# The site leaves its stack: traffic stays as it is, and the owner's name goes, if it is still ours.

leave_site() {
  own_dir=$deploy_path/.site-release
  gone=
  signalled=
  [ -d "$own_dir" ] || succeed absent
  lock_site
  read_owner
  [ -n "$owner_line" ] || succeed absent
  [ -n "$owner_is_ours" ] || succeed owned-by-another
  # Who it was: the same resource may still remove releases afterwards (remove.sh).
  journal left owner "$owner_id"
  rm -f "$own_dir/owner"
  succeed left
}

leave_site
