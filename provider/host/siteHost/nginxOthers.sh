# What the rest of nginx's configuration has.

# others_with DIRECTIVE WORD...: the files, $place apart, in which a directive of that name has one of the words
others_with() {
  others_directive=$1
  shift
  nginx -T 2>/dev/null 9<&- | awk -v directive="$others_directive" -v wanted="$*" -v own="$place" -v link="$place_link" '
    BEGIN { count = split(wanted, list, " "); for (at = 1; at <= count; at++) is_wanted[list[at]] = 1 }
    /^# configuration file .*:$/ { file = substr($0, 22, length($0) - 22); next }
    file == own || file == link { next }
    {
      sub(/(^|[ \t])#.*/, "")
      gsub(/[;{}]/, " & ")
      count = split($0, words, /[ \t]+/)
      for (at = 1; at <= count; at++) {
        if (words[at] == directive) { listing = 1 } else if (words[at] == ";") { listing = 0 }
        if (listing && words[at] in is_wanted) print file
      }
    }
  ' | sort -u
}
