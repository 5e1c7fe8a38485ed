# What is live when the switch begins, and whether that is what is wanted.

# choose_live: the version to say "from", and whether any was ever live
choose_live() {
  first=
  live_line=$(journal_last committed)
  [ -n "$live_line" ] || first=yes
  live=$(field "$live_line" to)
  # The rollback target: what was live before this version.
  previous=$live
  [ "$live" != "$version" ] || previous=$(field "$live_line" from)
  fact previous "$previous"
  choose_trace
  fact former "$(field "$live_line" from)"
  was_witnessed=
  case $include_state in ours | foreign) if witnessed; then was_witnessed=yes; fi ;; esac
  if [ "$(field "$live_line" strategy)" = symlink ]; then
    # Proved by what requests met, not by the journal alone.
    if [ "$current_version" = "$live" ] && [ "$(field "$live_line" resolves)" = yes ]; then fact live "$live"; fi
  elif [ -n "$was_witnessed" ] && { ! by_link || [ "$current_version" = "$(version_of "$include_root")" ]; }; then
    # Proved by the workers.
    fact live "$(version_of "$include_root")"
  fi
  if by_link; then
    fact served-before "$current_target"
    return 0
  fi
  # Once a site: what a reload costs with this nginx, the client knows.
  [ -z "$first" ] || fact nginx "$(nginx -v 2>&1 || :)"
  if [ "$include_state" = missing ]; then fact served-before ''; else fact served-before "${include_root:-foreign}"; fi
}

# nothing_to_do: another strategy than the last switch's has to prove itself, whatever is live
nothing_to_do() {
  [ -z "$recovered_before" ] && [ "$live" = "$version" ] || return 1
  if by_link; then
    [ "$(field "$live_line" strategy)" = symlink ] && [ "$(field "$live_line" public)" = "$public_dir" ] &&
      [ "$current_version" = "$version" ]
    return
  fi
  [ -z "$(field "$live_line" strategy)" ] && [ "$include_root" = "$root" ] && [ -n "$was_witnessed" ] || return 1
  if [ "$current_version" != "$version" ]; then
    { prepare_current && place_current; } || fact unfinished "$deploy_path/current"
  fi
}
