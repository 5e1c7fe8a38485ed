# Deployer on the same directory. `dep deploy:prepare` takes .dep/deploy.lock and leaves the link `release`; only `deploy:publish` frees both.
# The next run finds the lock and refuses; once that is gone, deploy:release up to Deployer 7.0.1 deletes what a left link points at
# (recipe/deploy/release.php; later ones only the link): that would be the live release.

# await_deployer: a lock with `release` at our version is ours to finish; any other is waited for
await_deployer() {
  deployer_began=$(uptime_cs)
  while [ -f "$deploy_path/.dep/deploy.lock" ] && ! deployer_hands_over; do
    deployer_holder=$(head -n 1 "$deploy_path/.dep/deploy.lock" | head -c 200 | tr -c 'A-Za-z0-9_.@\n-' ' ')
    deployer_age=$(($(date +%s) - $(stat -c %Y "$deploy_path/.dep/deploy.lock")))
    deployer_waited=$((($(uptime_cs) - deployer_began) / 100))
    [ "$deployer_waited" -lt "$lock_timeout" ] || fail deployer-locked "$deployer_holder, $deployer_age s old"
    step waiting "$deployer_waited" "Deployer ($deployer_holder, $deployer_age s)"
    [ -z "$gone$signalled" ] || fail client-gone "while waiting for Deployer"
    sleep 1
  done
}

deployer_hands_over() {
  [ -h "$deploy_path/release" ] || return 1
  deployer_target=$(readlink "$deploy_path/release")
  [ "${deployer_target##*/}" = "$version" ]
}

# finish_deployer: what deploy:publish would have done
finish_deployer() {
  deployer_hands_over || return 0
  rm -f "$deploy_path/release" "$deploy_path/.dep/deploy.lock" || return 1
  fact deployer finished
}
