# What a script says to its client: one line a message, behind a marker, since a login shell's start-up file may print anything before.

set -eu
umask 022
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH
# A client that is gone must not end the script in the middle of a step: a failed write is noticed where the client is asked.
trap '' PIPE

say() {
  printf '%s %s\n' "$marker" "$*" 2>/dev/null || gone=yes
}

# step NAME [DETAIL]: a step begins
step() { say step "$@"; }

# fact NAME VALUE: one line
fact() { say fact "$@"; }

# text NAME: every line of standard input
text() {
  while IFS= read -r text_line || [ -n "$text_line" ]; do
    say text "$1" "$text_line"
  done
}

# fail REASON [DETAIL]: the last word of a script that could not do its work
fail() {
  failed_for=$1
  worded=yes
  say fail "$@"
  exit 1
}

# succeed OUTCOME: the last word of one that could
succeed() {
  worded=yes
  say 'done' "$1"
  exit 0
}
