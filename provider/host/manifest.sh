# The manifest of a release: what it consists of, byte for byte the same as the client makes (release/manifest.ts).
#
# A header line, "site-release-manifest 1 files=N bytes=N digest=SHA256", and the body, whose SHA-256 the digest is. The body is
# records that end in NUL, in four groups in this order, each sorted by the bytes of the path:
#   f SHA256 ./path      files
#   x SHA256 ./path      files with the owner's executable bit
#   l ./path//target     links ("//" cannot occur in a path)
#   d ./path             empty directories
# files counts f, x and l; bytes is the sum of the sizes of f and x.
#
# Shared paths: a release has a link into shared/ in the place of each. Neither that link, nor what a source has there or below,
# is in the manifest, and a directory above a shared path is never empty, so it is not in it either.

# shared_paths: one a line
shared_paths() {
  printf '%s\n%s\n' "${shared_dirs:-}" "${shared_files:-}" | sed '/^$/d'
}

# manifest_body DIR [names]: the body on standard output; with "names" without digests, to tell quickly whether all is there.
# What cannot be read is missing in it, with a complaint on standard error.
manifest_body() (
  cd "$1" || exit 1
  # shellcheck disable=SC2030 # read in this same subshell
  manifest_digests=${2:-digests}
  set -- ! -path .
  while IFS= read -r shared_path; do
    # find takes a pattern: what is special in one stands for itself.
    [ -z "$shared_path" ] || set -- "$@" ! -path "./$(printf '%s' "$shared_path" | sed 's/[][*?\\]/\\&/g')"
  done <<EOF
$(shared_paths)
EOF
  find . "$@" -type f ! -perm -100 -print0 | sort -z | unvouched | file_records f | with_vouched f
  find . "$@" -type f -perm -100 -print0 | sort -z | unvouched | file_records x | with_vouched x
  find . "$@" -type l -print0 | sort -z | link_records
  find . "$@" -type d -empty -print0 | sort -z | xargs -0 -r printf 'd %s\000'
)

# unvouched: of the names on standard input those that must be read: all but the ones in the list linked_paths, if there is one
unvouched() {
  if [ -n "${linked_paths:-}" ]; then comm -z -23 - "$linked_paths"; else cat; fi
}

# with_vouched KIND: adds the records of those that were not read
with_vouched() {
  if [ -n "${linked_paths:-}" ]; then
    {
      cat
      grep -az "^$1 " "$stage/vouched" || :
    } | sort -z -k 3
  else cat; fi
}

# file_records KIND: records of the files whose names come on standard input. BusyBox has neither sha256sum -z nor sed -z.
file_records() {
  # shellcheck disable=SC2031 # set by manifest_body, whose subshell calls this
  if [ "$manifest_digests" = names ]; then
    xargs -0 -r printf "$1 %s\\000"
  elif sha256sum -z </dev/null >/dev/null 2>&1; then
    xargs -0 -r sha256sum -z | sed -z "s/^\\([0-9a-f]*\\)  /$1 \\1 /"
  else
    # shellcheck disable=SC2016 # expanded by that shell
    xargs -0 -r sh -c 'kind=$1
      shift
      for path; do
        digest=$(sha256sum <"$path") && printf "%s %s %s\000" "$kind" "${digest%% *}" "$path"
      done' sh "$1"
  fi
}

# link_records: records of the links whose names come on standard input
link_records() {
  # shellcheck disable=SC2016 # expanded by that shell; the full stop keeps line ends at a target's end
  xargs -0 -r sh -c 'for path; do
    target=$(readlink -n "$path" && echo .) && printf "l %s//%s\000" "$path" "${target%.}"
  done' sh
}

# make_manifest DIR FILE [BYTES]: writes the manifest of a directory that nobody changes; BYTES is what its files should come to, where
# their contents are known to be checked by the digest; false, with one line in manifest_problem, where
# something in it is no part of a release or cannot be read. Sets manifest_files, manifest_bytes and manifest_digest.
make_manifest() {
  manifest_problem=$(find "$1" ! -type f ! -type d ! -type l -print 2>/dev/null | head -n 1 | visible)
  if [ -n "$manifest_problem" ]; then
    manifest_problem="$manifest_problem is neither a file, a directory nor a link"
    return 1
  fi
  manifest_problem=$(manifest_body "$1" 2>&1 >"$2.body" | head -n 1 | visible)
  [ -z "$manifest_problem" ] || return 1
  manifest_digest=$(sha256sum <"$2.body") || return 1
  manifest_digest=${manifest_digest%% *}
  manifest_files=$(record_lines <"$2.body" | grep -c '^[fxl] ')
  manifest_bytes=${3:-$(sum_sizes "$1")}
  {
    printf 'site-release-manifest 1 files=%s bytes=%s digest=%s\n' "$manifest_files" "$manifest_bytes" "$manifest_digest" &&
      cat "$2.body"
  } >"$2" || return 1
  rm -f "$2.body"
}

# sum_sizes DIR: the bytes of all files in it
sum_sizes() {
  find "$1" -type f -exec stat -c %s {} + | {
    sizes=0
    while read -r size; do sizes=$((sizes + size)); done
    echo "$sizes"
  }
}

# read_manifest FILE: sets manifest_files, manifest_bytes and manifest_digest from its header; false if it is none
read_manifest() {
  IFS= read -r manifest_header 2>/dev/null <"$1" || return 1
  case $manifest_header in
    'site-release-manifest 1 files='*' bytes='*' digest='*) ;;
    *) return 1 ;;
  esac
  manifest_digest=${manifest_header##*digest=}
  manifest_bytes=${manifest_header##*bytes=}
  manifest_bytes=${manifest_bytes%% *}
  manifest_files=${manifest_header##*files=}
  manifest_files=${manifest_files%% *}
}

# release_state DIR FILE [names]: says "complete", "missing" or "changed: PATH", by whether each record of the manifest holds. What
# is there besides does not matter: an application writes files. With "names" contents are not read.
release_state() {
  if [ ! -d "$1" ] || [ -L "$1" ] || ! read_manifest "$2"; then
    echo missing
    return
  fi
  # Records of the manifest come once, those met on disk twice: what is then alone is in the manifest only.
  first_changed=$(
    {
      tail -n +2 "$2" | record_lines | without_digests "${3:-digests}"
      {
        manifest_body "$1" "${3:-digests}"
        (cd "$1" && find . -type d -print0 | xargs -0 -r printf 'd %s\000')
      } 2>/dev/null | record_lines | sed p
    } | sort | uniq -u | first_path
  )
  if [ -z "$first_changed" ]; then echo complete; else echo "changed: $first_changed"; fi
}

# first_difference FILE FILE: the first path that two manifests do not agree on
first_difference() {
  {
    tail -n +2 "$1" | record_lines
    tail -n +2 "$2" | record_lines
  } | sort | uniq -u | first_path
}

# record_lines: records as lines; a line end in a path becomes \001, which is enough to compare
record_lines() {
  tr '\n\000' '\001\n'
}

without_digests() {
  if [ "$1" = names ]; then sed 's/^\([fx]\) [0-9a-f]* /\1 /'; else cat; fi
}

# first_path: the first by the order of paths among lines of records
first_path() {
  sed -e 's/^[fx] [0-9a-f]\{64\} //' -e 's/^[fxld] //' -e 's,//.*,,' -e 's,^\./,,' | sort | head -n 1 | visible
}

# visible: one line, whatever a name holds
visible() {
  tr '\001-\011\013-\037\177' '?'
}
