# What the host shows of a site: what is live by the include, by `current`, by the journal and by the workers. Nothing is changed, and no lock
# is taken.

# tell_site: after find_master and read_include
tell_site() {
  fact include-state "$include_state"
  fact include-root "$include_root"
  if [ "$include_state" = foreign ]; then include_words | head -n 5 | text include; fi
  fact current "$(readlink "$deploy_path/current" 2>/dev/null || :)"
  observe_line=$(journal_last committed)
  fact strategy "$(field "$observe_line" strategy)"
  fact live "$(field "$observe_line" to)"
  fact previous "$(field "$observe_line" from)"
  if [ -z "$master" ]; then
    fact workers not-running
  elif [ "$include_state" != missing ] && [ "$include_state" != unreadable ] && witnessed; then
    fact workers witnessed
  else
    fact workers unwitnessed
    fact lost-name "$(lost_name)"
  fi
}
