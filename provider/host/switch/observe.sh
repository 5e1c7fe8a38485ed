# What the host shows of a site, for `pulumi refresh`: nothing is changed, and no lock is taken.

observe() {
  own_dir=$deploy_path/.site-release
  gone=
  signalled=
  choose_commands
  find_master
  resolve_include
  read_include
  fact include-state "$include_state"
  fact include-root "$include_root"
  if [ "$include_state" = foreign ]; then head -n 5 "$include_path" | text include; fi
  fact current "$(readlink "$deploy_path/current" 2>/dev/null || :)"
  observe_line=$(journal_last committed)
  fact live "$(field "$observe_line" to)"
  fact previous "$(field "$observe_line" from)"
  if [ -z "$master" ]; then
    fact workers not-running
  elif [ "$include_state" != missing ] && witnessed; then
    fact workers witnessed
  else
    fact workers unwitnessed
  fi
  read_owner
  succeed observed
}

observe
