# Retention: when a version comes, older releases that nothing needs go, all but the newest keep_releases. Not when a switch ends: requests
# that began before it may still load files of the old release.

prune() {
  [ "$keep_releases" -ge 0 ] || return 0
  # Nobody prunes a site that nobody has switched yet.
  [ -f "$own/owner" ] || return 0
  if ! owns_site; then
    text owner <"$own/owner"
    fact unpruned owned
    return 0
  fi
  lock_staging
  clear_asides
  read_kept
  if switch_unsettled; then
    fact unpruned switching
  elif [ -z "$live" ]; then
    fact unpruned nothing-live
  else
    prune_releases
  fi
  unlock_staging
  empty_trash
}

# switch_unsettled: one is at work or was interrupted; what it comes back to is for its own script to tell
switch_unsettled() {
  case $(field "$(journal_last switching reloaded unrestored committed restored)" step) in
    switching | reloaded | unrestored) return 0 ;;
  esac
  switch_works
}

prune_releases() {
  sort_releases
  for prune_version in $(printf '%s' "$needless" | beyond_kept); do
    if take_away "$prune_version"; then
      say text pruned "$prune_version"
    elif [ "$why" = switching ]; then
      fact unpruned switching
      break
    else
      warn "$deploy_path/releases/$prune_version is to be pruned, and cannot be moved away"
    fi
  done
  name_strangers
}

# sort_releases: $needless are complete and nothing needs them, as lines "TIME PLACE VERSION"; $strangers are no releases
sort_releases() {
  needless=
  strangers=
  lives=$(read_lives)$nl
  for each in "$deploy_path"/releases/*; do
    [ -e "$each" ] || [ -L "$each" ] || continue
    each=${each##*/}
    why_it_stays "$each"
    case $why in
      '')
        last_live "$each"
        needless="$needless$used $each$nl"
        ;;
      not-ours) strangers="$strangers$(printf '%s' "$each" | tr '\n' '?' | visible)$nl" ;;
    esac
  done
}

# beyond_kept: the versions of "TIME PLACE VERSION" lines that are not among the newest
beyond_kept() {
  sort -k1,1r -k2,2nr -k3,3r | tail -n "+$((keep_releases + 1))" | cut -d ' ' -f 3
}

# read_lives: each time that a version went live or ceased to be, as lines "PLACE:TIME VERSION"
read_lives() {
  journal_lines committed | sed -n \
    -e h -e 's/.*"at":"\([^"]*\)".*"from":"\([^"]*\)".*/\1 \2/p' \
    -e g -e 's/.*"at":"\([^"]*\)".*"to":"\([^"]*\)".*/\1 \2/p' | grep -n . || :
}

# last_live VERSION: $used is when it was last live, by the journal, and the journal's place tells those of one second apart. What never was
# live counts from its manifest. The directory's own times say nothing: a cache file that comes or goes changes them.
last_live() {
  used=${lives%" $1$nl"*}
  if [ "$used" = "$lives" ]; then
    used="$(date -u -r "$own/manifests/$1" +%Y-%m-%dT%H:%M:%SZ) 0"
  else
    used=${used##*"$nl"}
    used="${used#*:} ${used%%:*}"
  fi
}

# name_strangers: each once; what is gone is forgotten
name_strangers() {
  known=$(cat "$own/strangers" 2>/dev/null) || :
  new=
  while IFS= read -r stranger; do
    case $nl$known$nl in *"$nl$stranger$nl"*) ;; *) new="${new:+$new, }$stranger" ;; esac
  done <<STRANGERS
${strangers%"$nl"}
STRANGERS
  [ -z "$new" ] ||
    warn "$deploy_path/releases has what is no complete release of this package, and is neither counted nor pruned: $new"
  [ "${strangers%"$nl"}" = "$known" ] || printf '%s' "$strangers" >"$own/strangers" || :
}
