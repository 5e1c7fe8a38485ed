# Links come last where commands of the user's worked on the release: what they left as the base has it becomes the base's file.

# dedupe_prepared: after the manifest was made. A file is linked where both manifests have the same record of it, and mode, owner, size and mtime are
# the same: a link takes all of them. No file that releases share can be written into; what PHP may write to is never linked.
dedupe_prepared() {
  if [ "$dedupe_last" != hardlink ] || ! knows_lists; then return 0; fi
  own_files "$stage/release" -links 1 -exec chmod a-w {} + || no_space "the files of $stage/release cannot be made read-only"
  [ -n "$base" ] || return 0
  from=$deploy_path/releases/$base
  shareable "$from" >"$stage/theirs"
  shareable "$stage/release" | comm -z -12 - "$stage/theirs" >"$stage/alike"
  records_in "$own/manifests/$base" | sort -z >"$stage/theirs"
  records_in "$stage/manifest" | sort -z | comm -z -12 - "$stage/theirs" | grep -az '^[fx] ' | list_paths | sort -z >"$stage/same" || :
  list_paths <"$stage/alike" | sort -z | comm -z -12 - "$stage/same" >"$stage/linked"
  mkdir "$stage/links" || no_space "$stage/links cannot be made"
  (cd "$from" && xargs -0 -r cp -l --parents -t "$stage/links" --) <"$stage/linked" 2>/dev/null || :
  (cd "$stage/links" && find . -type f -print0 | xargs -0 -r cp -l --remove-destination --parents -t "$stage/release" --) || :
  # Somebody may change the base at any moment: what lies there now must be what was alike.
  shareable "$stage/release" | comm -z -13 - "$stage/alike" | list_paths >"$stage/changed"
  [ ! -s "$stage/changed" ] || unprepared prepare-broken "$from changed while its files were linked"
}

# shareable DIR: sorted records of the files that may be another release's too: mode, size and mtime, and path
shareable() {
  own_files "$1" ! -perm /222 -printf '%m %s.%Ts %p\0' | sort -z
}

# own_files DIR [TEST...]: find, for the plain files that are this user's own and lie where PHP may not write
own_files() (
  cd "$1" || exit 1
  shift
  while IFS= read -r writable_dir; do
    [ -z "$writable_dir" ] || set -- ! -path "./$(as_pattern "$writable_dir")/*" "$@"
  done <<EOF
$writable_dirs
EOF
  find . -type f -uid "$(id -u)" "$@"
)
