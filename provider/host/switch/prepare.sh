# What a switch needs of the host and of its own places.

# prepare: what is missing is said before anything is touched
prepare() {
  choose_commands
  for prepare_tool in flock setsid stat find sha256sum grep sed nginx; do
    # Commands of the user's own may reach an nginx that is nowhere on the path.
    if [ "$prepare_tool" = nginx ] && { by_link || [ -n "$own_commands" ]; }; then continue; fi
    command -v "$prepare_tool" >/dev/null || fail tool-missing "$prepare_tool"
  done
  [ -d "$own_dir" ] || fail release-missing "$deploy_path/releases/$version"
  for prepare_place in "$deploy_path" "$own_dir" "$own_dir/journal.jsonl"; do
    [ -w "$prepare_place" ] || [ ! -e "$prepare_place" ] || fail site-unwritable "$prepare_place"
  done
  resolve_include
  by_link || require_writable_include
  mkdir -p "$own_dir/empty" || fail disk-full "$(df -P "$deploy_path" | tail -n 1)"
  if [ ! -f "$own_dir/$opcache_script" ]; then
    printf '%s' "$opcache_text" >"$own_dir/.$opcache_script.$run" &&
      mv -f "$own_dir/.$opcache_script.$run" "$own_dir/$opcache_script"
  fi
}
