# Removes the releases of a site that nothing serves. What others own, or put there, stays.

main() {
  name_places
  [ -d "$own/manifests" ] || succeed removed
  check_owner
  lock_staging
  clear_asides
  read_kept
  if [ -z "$live" ]; then
    fact live-by "$kept_by"
    succeed nothing-live
  fi
  for remove_each in "$deploy_path"/releases/*; do
    [ -e "$remove_each" ] || [ -L "$remove_each" ] || continue
    remove_one "${remove_each##*/}"
  done
  unlock_staging
  empty_trash
  succeed removed
}

remove_one() {
  why_it_stays "$1"
  if [ -z "$why" ] && take_away "$1"; then
    say text removed "$1"
  else
    say text stays "$1 $why"
  fi
}

# check_owner: only a resource that has the site, or that gave it up last, may remove its releases: a site's Switch is deleted before its Release
check_owner() {
  if [ -f "$own/owner" ]; then
    text owner <"$own/owner"
    owns_site || succeed not-owner
  else
    is_owner "$(field "$(journal_last left)" owner)" || succeed not-owner
  fi
}

main
