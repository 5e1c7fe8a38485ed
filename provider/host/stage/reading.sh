# Every file is read again where it lies. That happens beside the upload: tar tells what it writes, and what is written is read while the
# next files come. The records go to "$stage/vouched".

# begin_reading: sets the words that make tar tell, which BusyBox's does not know
begin_reading() {
  reading=
  knows_lists && tar --quoting-style=escape --version >/dev/null 2>&1 || return 0
  rm -f "$stage/told"
  mkfifo -m 600 "$stage/told" 2>/dev/null || return 0
  read_told <"$stage/told" >>"$stage/vouched" 2>/dev/null 7<&- 8<&- &
  reader=$!
  reading="-v --quoting-style=escape --index-file=$stage/told"
}

end_reading() {
  [ -z "$reading" ] || wait "$reader" || :
}

# read_told: records of the files that tar tells, as it tells them. A name comes before its file is written, so each waits for the next one.
# Odd names come with backslashes: those are read in the end.
read_told() {
  sed -n -e '/[/]$/d' -e '/\\/d' -e 'x' -e '/./p' -e '$!d' -e 'x' -e 'p' |
    (
      cd "$stage/release" || exit
      # shellcheck disable=SC2016 # expanded by that shell
      xargs -d '\n' -r -n 500 sh -c 'for path; do [ -L "$path" ] || printf "%s\000" "$path"; done' sh |
        xargs -0 -r -n 500 sha256sum -z --
    ) | sed -z -e 's/^\([0-9a-f]*\)  /- \1 /'
}
