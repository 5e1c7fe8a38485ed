# Do requests resolve through `current`, each by itself, and does PHP get the real path? With PHP's default settings a path through a link goes on as
# the release that it met first, for ever. The first switch by `strategy: symlink` tries it: by a file and a script of random names in the
# new release, which the client asks nginx for.

# choose_trace: $trace_due unless a switch by this strategy and with this web root has proved it
choose_trace() {
  trace_due=yes
  trace_placed=
  resolves=
  if [ "$(field "$live_line" strategy)" = symlink ] && [ "$(field "$live_line" public)" = "$public_dir" ] &&
    [ "$(field "$live_line" resolves)" = yes ]; then
    trace_due=
    resolves=yes
  fi
}

# place_trace: before the link is placed. Others' releases may not be ours to write into.
place_trace() {
  [ -n "$trace_due" ] || return 0
  if [ ! -w "$root" ]; then
    fact untraced "$root"
    return 0
  fi
  trace_file=$root/pulumi-site-release-$run
  printf '/* %s */\n' "$nonce" >"$trace_file.css" || return 1
  cat >"$trace_file.php" <<PHP || return 1
<?php
header('Content-Type: text/plain');
echo '$nonce', "\n", \$_SERVER['SCRIPT_FILENAME'] ?? '', "\n", \$_SERVER['DOCUMENT_ROOT'] ?? '', "\n";
PHP
  fact trace "pulumi-site-release-$run"
  trace_placed=yes
  # A link that nobody has followed yet.
  touch -h -a -d @1 "$own_dir/.current.$run.next" 2>/dev/null || :
}

# clear_trace ROOT RUN: the release is what its manifest says
clear_trace() {
  rm -f "$1/pulumi-site-release-$2.css" "$1/pulumi-site-release-$2.php" || :
}

# judge_trace: after the client's word that both were served. That proves it only where nothing but `current` could name the new root;
# where something else did, the link's time of access can at least tell that nobody followed it.
judge_trace() {
  [ -n "$trace_placed" ] || return 0
  clear_trace "$root" "$run"
  if [ "$current_version" != "$version" ] && [ "$include_root" != "$root" ] && [ "$include_state" != unreadable ] &&
    [ "$(field "$(journal_last reloaded)" to)" != "$version" ]; then
    resolves=yes
    return 0
  fi
  [ "$(stat -c %X "$deploy_path/current")" = 1 ] || return 0
  readlink "$deploy_path/current" >/dev/null
  if [ "$(stat -c %X "$deploy_path/current")" = 1 ]; then
    # A file system without times of access.
    fact untraced "$version"
    return 0
  fi
  why=current-unused
  return 1
}
