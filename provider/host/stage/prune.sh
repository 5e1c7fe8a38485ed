# Retention: when a version has come, older releases that nothing needs go, all but the newest keep_releases. Not when a switch ends: requests
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
    fact unpruned "nothing-live $kept_by"
  else
    prune_releases
  fi
  unlock_staging
  warn_of_trash
  empty_trash
}

# warn_of_trash: what rm could not remove within a day, it never will
warn_of_trash() {
  for left in "$own"/trash/*; do
    # Another run may be removing it at this moment.
    prune_since=$(stat -c %Z "$left" 2>/dev/null) || continue
    [ $(($(date +%s) - prune_since)) -gt 86400 ] || continue
    warn "$left cannot be removed, most likely since another user's files are in it. As root: rm -r $own/trash/*"
    return 0
  done
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
  for prune_version in $(printf '%s' "$prune_needless" | beyond_kept); do
    if take_away "$prune_version"; then
      say text pruned "$prune_version"
    elif [ "$why" = switching ]; then
      fact unpruned switching
      break
    else
      warn "$deploy_path/releases/$prune_version is to be pruned, and cannot be moved away (another login's: dirMode \"0775\" lets the group remove it)"
    fi
  done
  name_strangers
}

# sort_releases: $prune_needless are complete and nothing needs them, as lines "TIME PLACE VERSION"; $prune_strangers are no releases
sort_releases() {
  prune_needless=
  prune_strangers=
  prune_lives=$(read_lives)$nl
  for prune_each in "$deploy_path"/releases/*; do
    [ -e "$prune_each" ] || [ -L "$prune_each" ] || continue
    prune_each=${prune_each##*/}
    why_it_stays "$prune_each"
    case $why in
      '')
        last_live "$prune_each"
        prune_needless="$prune_needless$prune_used $prune_each$nl"
        ;;
      not-ours) prune_strangers="$prune_strangers$(printf '%s' "$prune_each" | tr '\n' '?' | visible)$nl" ;;
    esac
  done
}

# beyond_kept: the versions of "TIME PLACE VERSION" lines that are not among the newest
beyond_kept() {
  sort -k1,1r -k2,2nr -k3,3r | tail -n "+$((keep_releases + 1))" | cut -d ' ' -f 3
}

# read_lives: each time that a version went live or ceased to be, as lines "PLACE:TIME VERSION". What was not live in hundreds of switches is
# old by its manifest too.
read_lives() {
  journal_lines committed | tail -n 300 | sed -n \
    -e h -e 's/.*"at":"\([^"]*\)".*"from":"\([^"]*\)".*/\1 \2/p' \
    -e g -e 's/.*"at":"\([^"]*\)".*"to":"\([^"]*\)".*/\1 \2/p' | grep -n . || :
}

# last_live VERSION: $prune_used is when it was last live, by the journal, whose order tells those of one second apart. What never was live
# counts from its manifest. The directory's own times say nothing: a cache file that comes or goes changes them.
last_live() {
  prune_used=${prune_lives%" $1$nl"*}
  if [ "$prune_used" = "$prune_lives" ]; then
    prune_used="$(date -u -r "$own/manifests/$1" +%Y-%m-%dT%H:%M:%SZ) 0"
  else
    prune_used=${prune_used##*"$nl"}
    prune_used="${prune_used#*:} ${prune_used%%:*}"
  fi
}

# name_strangers: each once; what is gone is forgotten
name_strangers() {
  prune_known=$(cat "$own/strangers" 2>/dev/null) || :
  prune_new=
  while IFS= read -r prune_stranger; do
    case $nl$prune_known$nl in *"$nl$prune_stranger$nl"*) ;; *) prune_new="${prune_new:+$prune_new, }$prune_stranger" ;; esac
  done <<STRANGERS
${prune_strangers%"$nl"}
STRANGERS
  [ -z "$prune_new" ] ||
    warn "$deploy_path/releases has what is no complete release of this package, and is neither counted nor pruned: $prune_new"
  [ "${prune_strangers%"$nl"}" = "$prune_known" ] || printf '%s' "$prune_strangers" >"$own/strangers" || :
}
