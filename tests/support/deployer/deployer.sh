#!/bin/sh
# Does to a directory what Deployer's tasks do, for machines without it: deployer.sh DIR TASK [ARGUMENT]
#   prepare RELEASE   deploy:prepare: takes .dep/deploy.lock, and makes releases/RELEASE with the link `release` to it, filled from standard input
#   unlock            deploy:unlock
#   publish           deploy:publish: `current` to what `release` points at, `release` gone, unlocked; with keep_releases -1, so nothing is pruned
#   cleanup KEEP      deploy:cleanup: keeps the KEEP newest of its own log, whatever `current` or nginx say
# shellcheck shell=sh
set -eu

cd "$1"
task=$2
argument=${3-}

# deploy:lock
lock() {
  mkdir -p .dep releases shared
  if [ -f .dep/deploy.lock ]; then
    echo "Deploy locked by $(cat .dep/deploy.lock)." >&2
    exit 1
  fi
  echo ci >.dep/deploy.lock
}

unlock() { rm -f .dep/deploy.lock; }

# deploy:release: a link that is there names a release that was never published. Up to Deployer 7.0.1 that release goes too, which is the
# worst case for what others switched to; since 7.0.2 only the link does.
release() {
  if [ -h release ]; then
    rm -rf "$(readlink release)"
    rm release
  fi
  mkdir -p "releases/$argument"
  printf '{"created_at":"%s","release_name":"%s","user":"ci","target":"HEAD"}\n' "$(date +%Y-%m-%dT%H:%M:%S%z)" "$argument" >>.dep/releases_log
  printf '%s\n' "$argument" >.dep/latest_release
  ln -nfs --relative "releases/$argument" release
}

# deploy:update_code and deploy:shared, with a site of one page, one shared directory and one shared file
fill() {
  mkdir -p "release/public" shared/storage
  cat >release/public/index.php
  touch shared/.env
  ln -s ../../shared/storage release/storage
  ln -s ../../shared/.env release/.env
}

cleanup() {
  sed -n 's/.*"release_name":"\([^"]*\)".*/\1/p' .dep/releases_log | tail -n "$argument" >.dep/kept
  for old in releases/*; do
    grep -qxF "${old#releases/}" .dep/kept || ! grep -q "\"release_name\":\"${old#releases/}\"" .dep/releases_log || rm -rf "$old"
  done
  rm .dep/kept
}

case $task in
  prepare)
    lock
    release
    fill
    ;;
  publish)
    # deploy:symlink: mv -T replaces the link in one step
    mv -T release current
    unlock
    ;;
  unlock) unlock ;;
  cleanup) cleanup ;;
  *)
    echo "deployer.sh: no task $task" >&2
    exit 2
    ;;
esac
