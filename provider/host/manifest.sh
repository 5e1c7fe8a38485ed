# The manifest of a release: what it consists of, byte for byte the same as the client makes (release/manifest.ts).
#
# A header line, "site-release-manifest 1 files=N bytes=N digest=SHA256", and the body, whose SHA-256 the digest is, packed by gzip. The body is
# records that end in NUL, in four groups in this order, each sorted by the bytes of the path:
#   f SHA256 ./path      files
#   x SHA256 ./path      files with the owner's executable bit
#   l ./path//target     links ("//" cannot occur in a path)
#   d ./path             empty directories
# files counts f, x and l; bytes is the sum of the sizes of f and x.
#
# Shared paths: a release has a link into shared/ in the place of each. Neither that link, nor what a source has there or below,
# is in the manifest, and a directory above a shared path is never empty, so it is not in it either.

# make_manifest DIR FILE [BYTES VOUCHED]: writes the manifest of a directory that nobody changes; BYTES is what its files should come to,
# where their contents are known to be checked by the digest; false, with one line in manifest_problem, where
# something in it is no part of a release or cannot be read. Sets manifest_files, manifest_bytes and manifest_digest.
make_manifest() {
  manifest_problem=$(walk "$1" 2>&1 >"$2.walk" | head -n 1 | visible)
  [ -z "$manifest_problem" ] || return 1
  manifest_problem=$(names_of o <"$2.walk" | record_lines | head -n 1 | visible)
  if [ -n "$manifest_problem" ]; then
    manifest_problem="$manifest_problem is neither a file, a directory nor a link"
    return 1
  fi
  manifest_problem=$(manifest_body "$1" "$2.walk" "${4:-}" 2>&1 >"$2.body" | head -n 1 | visible)
  [ -z "$manifest_problem" ] || return 1
  manifest_digest=$(sha256sum <"$2.body") || return 1
  manifest_digest=${manifest_digest%% *}
  manifest_files=$(record_lines <"$2.body" | grep -c '^[fxl] ')
  manifest_bytes=${3:-$(sum_sizes "$1")}
  {
    printf 'site-release-manifest 1 files=%s bytes=%s digest=%s\n' "$manifest_files" "$manifest_bytes" "$manifest_digest" &&
      gzip -1 <"$2.body"
  } >"$2" || return 1
  rm -f "$2.body" "$2.walk"
}

# manifest_body DIR WALK [VOUCHED]: the body on standard output. What cannot be read is missing in it, with a complaint on standard error.
manifest_body() (
  cd "$1" || exit 1
  names_of f <"$2" | sort -z | file_records f "${3:-}"
  names_of x <"$2" | sort -z | file_records x "${3:-}"
  names_of l <"$2" | sort -z | link_records
  names_of d <"$2" | sort -z | xargs -0 -r printf 'd %s\000'
)

# sum_sizes DIR: the bytes of all files in it
sum_sizes() {
  find "$1" -type f -exec stat -c %s {} + | {
    sizes=0
    while read -r size; do sizes=$((sizes + size)); done
    echo "$sizes"
  }
}

# packed_records FILE: the body of a manifest as it lies there
packed_records() {
  tail -n +2 "$1"
}

# records_in FILE: the records of a manifest
records_in() {
  packed_records "$1" | gzip -d
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
