# `strategy: symlink`: nginx follows `current` at each request, so that a switch is the rename of that link: no test, no reload, no lock of the
# host's, and nginx need not be known. The root to come back to is told as for the include: a release's, the placeholder or "verbatim".

# ensure_link: without `current` nginx has no root, and looks below its own prefix; the placeholder ends that, whatever becomes of the version
ensure_link() {
  mkdir -p "$own_dir/empty/$public_dir" || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  [ -z "$current_target" ] || return 0
  { prepare_link before "$own_dir/empty" && place_link before; } || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  read_current
}

# choose_link_before: what to come back to: what `current` names, else (it was missing, or leads nowhere) what was committed last, else the
# placeholder; "verbatim" stands for a link of somebody else's wording
choose_link_before() {
  if [ -n "$current_version" ]; then
    before=$(root_of "$current_version")
    [ ! -d "$before" ] || return 0
  elif [ "${current_target#"$deploy_path/"}" != .site-release/empty ] && [ -d "$deploy_path/current/$public_dir" ]; then
    before=verbatim
    return 0
  fi
  before=$(safe_root)
}

# keep_link: a link's words are its target, so that they are kept as a link
keep_link() {
  rm -f "$own_dir/current.before"
  ln -s "$current_target" "$own_dir/current.before" && sync "$own_dir"
}

# prepare_link NAME ROOT: a link that names this root, relative or absolute as `current` was, under a name of its own
prepare_link() {
  link_words=$(link_text "$2") && ln -s "$link_words" "$own_dir/.current.$run.$1"
}

# move_link NAME: a rename, which needs no room; every request meets the old root or the new one
move_link() {
  mv -f -T "$own_dir/.current.$run.$1" "$deploy_path/current"
}

# place_link NAME: the same, safe against a power cut
place_link() {
  move_link "$1" && sync "$deploy_path"
}

# link_text ROOT
link_text() {
  link_base=
  case $current_target in /*) link_base=$deploy_path/ ;; esac
  case $1 in
    verbatim) readlink "$own_dir/current.before" ;;
    "$own_dir/empty") printf '%s' "$link_base.site-release/empty" ;;
    *) printf '%s' "${link_base}releases/$(version_of "$1")" ;;
  esac
}

# switch_link: all of it is the rename
switch_link() {
  if [ -n "$recovered_before" ]; then
    before=$recovered_before
  else
    choose_link_before
    [ "$before" != verbatim ] || keep_link || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  fi
  { prepare_link before "$before" && prepare_link next "$root" && prepare_owner; } ||
    fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  [ -z "$gone$signalled" ] || fail client-gone "before the switch"
  journal switching from "$live" to "$version" before "$before" root "$root" strategy symlink ||
    fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  phase=written
  step switching "$version"
  place_trace || fail_restored disk-full "$(df -P "$root" | tail -n 1)"
  place_link next || fail_restored disk-full "$(df -P "$deploy_path" | tail -n 1)"
}

# link_stands: is it still the one that we placed?
link_stands() {
  [ "$(readlink "$deploy_path/current")" = "$link_words" ] && return 0
  why=current-moved
  return 1
}

# put_back_link REASON: 0 when `current` is as it was. What was proved of the include stays proved: nothing was reloaded.
put_back_link() {
  step restoring "$(version_of "$before")"
  clear_trace "$failed_root" "$failed_run"
  [ -h "$own_dir/.current.$run.before" ] || prepare_link before "$before" || { restore_failed "cannot write $own_dir"; return 1; }
  link_words=$(readlink "$own_dir/.current.$run.before")
  { place_link before && link_stands; } || { restore_failed "cannot move $deploy_path/current"; return 1; }
  link_proof=$(journal_last reloaded restored)
  set -- "$1" from "$failed_version" to "$(version_of "$before")" reason "$1" strategy symlink
  if [ -n "$(field "$link_proof" include)" ]; then
    set -- "$@" master "$(field "$link_proof" master)" include "$(field "$link_proof" include)"
  fi
  shift
  journal restored "$@" || :
  fact restored "$before"
}
