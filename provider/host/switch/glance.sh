# A look at the include that leaves no trace. Its time of access tells a switch whether nginx has read it (reading.sh), so that who only looks
# leaves that as it was, where dd can and the login may: the file's owner (open(2), O_NOATIME).

# include_words: what it says
include_words() {
  dd if="$include_path" iflag=noatime bs=64k 2>/dev/null || cat "$include_path"
}
