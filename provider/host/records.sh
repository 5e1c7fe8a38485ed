# Records of what lies in a directory: words, and then a path, ended by NUL. Every tool takes a list of them as a whole: there is no process
# per file.

# shared_paths: one a line
shared_paths() {
  printf '%s\n%s\n' "${shared_dirs:-}" "${shared_files:-}" | sed '/^$/d'
}

# walk DIR [TEST...]: a record of everything in it that passes find's tests, in any order, but of what is at shared paths: "f ./path" and
# "x ./path" for files, "l ./path", "d ./path" for an empty directory, "D ./path" for another one, "o ./path" for what no release can hold
walk() (
  cd "$1" || exit 1
  shift
  while IFS= read -r shared_path; do
    [ -z "$shared_path" ] || set -- "$@" ! -path "./$(as_pattern "$shared_path")"
  done <<EOF
$(shared_paths)
EOF
  if find . -prune -printf '' 2>/dev/null; then
    find . ! -path . "$@" "(" -type f -perm -100 -printf 'x %p\0' -o -type f -printf 'f %p\0' -o -type l -printf 'l %p\0' \
      -o -type d -empty -printf 'd %p\0' -o -type d -printf 'D %p\0' -o -printf 'o %p\0' ")"
  else
    walk_kind x "$@" -type f -perm -100
    walk_kind f "$@" -type f ! -perm -100
    walk_kind l "$@" -type l
    walk_kind d "$@" -type d -empty
    walk_kind D "$@" -type d ! -empty
    walk_kind o "$@" ! -type f ! -type l ! -type d
  fi
)

# as_pattern PATH: for find, where what is special in a pattern stands for itself then
as_pattern() {
  printf '%s' "$1" | sed 's/[][*?\\]/\\&/g'
}

# walk_kind KIND [TEST...]: for a find that has no -printf
walk_kind() {
  walk_as=$1
  shift
  find . ! -path . "$@" -print0 | xargs -0 -r printf "$walk_as %s\\000"
}

# names_of KIND: of that kind among the records of a walk on standard input
names_of() {
  grep -az "^$1 " | if sed -z '' </dev/null 2>/dev/null; then
    sed -z 's/^. //'
  else
    # shellcheck disable=SC2016 # expanded by that shell
    xargs -0 -r sh -c 'for record; do printf "%s\000" "${record#? }"; done' sh
  fi
}

# file_records KIND [VOUCHED]: records of the files in this directory whose sorted names come on standard input; those that have a record in
# the file VOUCHED are not read
file_records() {
  if [ -s "${2:-}" ]; then
    cat >"$2.names"
    [ -s "$2.names" ] || return 0
    sed -z 's/^[^ ]* [^ ]* //' "$2" | sort -z >"$2.known"
    {
      records_from "$2" "$1" <"$2.names"
      comm -z -23 "$2.names" "$2.known" | read_records "$1"
    } | sort -z -k 3
  else
    read_records "$1"
  fi
}

# records_from FILE KIND: records of that kind for the names on standard input that have one in FILE, whatever its kind is there
records_from() {
  {
    sed -z 's/^/= = /'
    # What was sent again has its record twice.
    sort -z -u "$1"
  } | sort -z -k 3 | uniq -z -D -f 2 | sed -z -n "s/^[^=] /$2 /p"
}

# read_records KIND: BusyBox has no sha256sum -z
read_records() {
  if sha256sum -z </dev/null >/dev/null 2>&1; then
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

# record_lines: records as lines; a line end in a path becomes \001, which is enough to compare
record_lines() {
  tr '\n\000' '\001\n'
}

# visible: one line, whatever a name holds
visible() {
  tr '\001-\011\013-\037\177' '?'
}
