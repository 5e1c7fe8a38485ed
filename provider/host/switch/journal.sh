# The site's journal: one JSON line a step, appended and synced, read back by the next run and by people.

# journal STEP [KEY VALUE]...: values are ours or checked, so nothing needs escaping
journal() {
  journal_unsynced "$@" && sync "$own_dir/journal.jsonl"
}

# journal_unsynced STEP [KEY VALUE]...: what a power cut may take
journal_unsynced() {
  journal_line="{\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"run\":\"$run\",\"who\":\"$who\",\"step\":\"$1\""
  shift
  while [ $# -gt 1 ]; do
    journal_line="$journal_line,\"$1\":\"$2\""
    shift 2
  done
  # A power cut may have left half a line, or NULs where the disk's blocks were not written: they stay, and ours begins on a line of its own.
  # So does what follows a line that a full disk cut; behind a whole one of ours nothing is to be looked for.
  if [ -z "${journal_whole:-}" ] && [ -s "$own_dir/journal.jsonl" ] && [ -n "$(tail -c 1 "$own_dir/journal.jsonl" | tr '\000' x)" ]; then
    journal_line="
$journal_line"
  fi
  if [ ! -e "$own_dir/journal.jsonl" ]; then
    { touch "$own_dir/journal.jsonl" && group_too "$own_dir/journal.jsonl"; } || return 1
  fi
  journal_whole=
  printf '%s}\n' "$journal_line" >>"$own_dir/journal.jsonl" || return 1
  journal_whole=yes
}

# group_too PATH: what we make may be written by the group that may write to deployPath: several logins share that site
group_too() {
  case $(ls -ld "$deploy_path/.") in d????w*) chmod g+w "$1" ;; esac
}

# journal_last STEP...: the newest whole line of any of these steps, or nothing
journal_last() {
  journal_lines "$@" | tail -n 1
}

# journal_lines STEP...: all of them
journal_lines() {
  [ -f "$own_dir/journal.jsonl" ] || return 0
  journal_steps=$(printf '%s|' "$@")
  # grep calls a file with NULs binary, and shows none of its lines.
  tr -d '\000' <"$own_dir/journal.jsonl" | grep -E "^[{].*\"step\":\"(${journal_steps%|})\".*[}]\$" || :
}

# field LINE KEY: one value of a journal line
field() {
  case $1 in
    *"\"$2\":\""*)
      field_rest=${1#*"\"$2\":\""}
      printf '%s' "${field_rest%%\"*}"
      ;;
  esac
}
