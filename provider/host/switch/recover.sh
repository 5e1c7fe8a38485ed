# What an interrupted run left: its journal ends before "committed" or "restored". We hold the site's lock, so that run is dead.

recover() {
  recover_line=$(journal_last switching reloaded unrestored committed restored)
  case $(field "$recover_line" step) in
    switching | reloaded | unrestored) ;;
    *) return 0 ;;
  esac
  recover_line=$(journal_last switching)
  before=$(field "$recover_line" before)
  was_witnessed=
  recover_to=$(field "$recover_line" to)
  if [ "$before" != verbatim ] && [ ! -d "$before" ]; then
    # What the include names now was never proved healthy.
    include_root=
    include_state=missing
    choose_before
  fi
  if [ "$recover_to" = "$version" ]; then
    # Its target is ours: this run finishes it, and comes back to where it came from.
    recovered_before=$before
    fact recovered "finishing $recover_to"
    return 0
  fi
  if [ -z "$master" ]; then
    # Nobody serves. The switch that follows writes the include, and comes back to what was there before both.
    recovered_before=$before
    return 0
  fi
  failed_version=$recover_to
  step recovering "$recover_to"
  lock_host
  reloaded=yes
  put_back interrupted || { unlock_host; fail unrecovered "$recover_to"; }
  reloaded=
  failed_version=$version
  unlock_host
  fact recovered "restored $(version_of "$before") after an interrupted switch to $recover_to"
  read_include
}
