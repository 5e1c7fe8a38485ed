# The places under deployPath, and what every script does with them.

# refuse REASON OBSERVED NEXT: fails with what a person can do about it
refuse() {
  fact next "$3"
  fail "$1" "$2"
}

# lack REASON OBSERVED NEED [WORD]...: fails for want of something that needs.ts names, and says how it is given; the words hold no spaces
lack() {
  lack_reason=$1
  lack_observed=$2
  shift 2
  fact lack "$*"
  fail "$lack_reason" "$lack_observed"
}

# warn TEXT
warn() { say text warning "$1"; }

name_places() {
  own=$deploy_path/.site-release
  own_dir=$own # as the switch's parts call it
  release=$deploy_path/releases/${version:-}
  manifest=$own/manifests/${version:-}
  stage=$own/staging/${stage_name:-}
}

# lock_staging: for the few moments in which places come to be or go; waits for others who do the same
lock_staging() {
  # A redirection that fails would end the shell without a word: POSIX 2.8.1.
  [ -r "$own/staging" ] || fail lock "cannot open $own/staging"
  exec 7<"$own/staging"
  flock -w 60 7 || refuse lock "somebody has held $own/staging for a minute" "See who: fuser -v $own/staging"
}

unlock_staging() { exec 7<&-; }

# empty_trash: in the background, which must hold no lock and no stream, or the client would wait for it
empty_trash() {
  for left in "$own"/trash/*; do
    [ -e "$left" ] || [ -L "$left" ] || continue
    nice -n 19 rm -rf "$own"/trash/* </dev/null >/dev/null 2>&1 7<&- 8<&- &
    return 0
  done
}
