#!/bin/sh
# Does to a directory what Deployer 7 does, for machines without it: deployer.sh DIR TASK [RELEASE]
#   prepare RELEASE   deploy:prepare: takes .dep/deploy.lock, and makes releases/RELEASE with the link `release` to it, filled from standard input
#   publish           deploy:publish: `current` to what `release` points at, `release` gone, unlocked, cleaned up
#   cleanup           deploy:cleanup: keeps the 2 newest of its own log, whatever `current` or nginx say
#   unlock            deploy:unlock
# shellcheck shell=sh
set -eu

cd "$1"
task=$2
name=${3-}

unlock() { rm -f .dep/deploy.lock; }

# deploy:lock
lock() {
  mkdir -p .dep releases shared
  if [ -f .dep/deploy.lock ]; then
    echo "Deploy locked by $(cat .dep/deploy.lock)." >&2
    exit 1
  fi
  printf ci >.dep/deploy.lock
}

# deploy:release: a release that the link still names was never published, so it goes
release() {
  if [ -h release ]; then
    rm -rf "$(readlink release)"
    rm release
  fi
  mkdir -p "releases/$name"
  printf '{"created_at":"%s","release_name":"%s","user":"ci","target":"HEAD"}\n' "$(date +%Y-%m-%dT%H:%M:%S%z)" "$name" >>.dep/releases_log
  printf '%s' "$name" >.dep/latest_release
  ln -nfs --relative "releases/$name" release
}

# deploy:update_code and deploy:shared, with a site of one page and one shared directory
fill() {
  mkdir -p "release/public" shared/storage
  cat >release/public/index.php
  ln -s ../../shared/storage release/storage
}

cleanup() {
  sed -n 's/.*"release_name":"\([^"]*\)".*/\1/p' .dep/releases_log | tail -n 2 >.dep/kept
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
    cleanup
    ;;
  cleanup) cleanup ;;
  unlock) unlock ;;
  *)
    echo "deployer.sh: no task $task" >&2
    exit 2
    ;;
esac
