# What every step of a SiteHost shares. The script comes on the standard input of a shell, so what it starts must not read that (main.sh).

set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
# The login's own directory is closed to the deploy user.
cd /
newline='
'

# tell LINE: what was done, for whoever looks at the resource's stdout
tell() { printf '%s\n' "$*"; }

# warn LINE: the program shows this, and what follows it, as a warning
warn() { printf 'warning: %s\n' "$*"; }

# refuse LINE: the last word of a step that could not be done
refuse() {
  printf '%s\n' "$*" >&2
  exit 1
}

# quietly COMMAND...: what it says is only shown if it fails
quietly() {
  quiet_code=0
  quiet_text=$("$@" 2>&1) || quiet_code=$?
  [ "$quiet_code" -ne 0 ] || return 0
  printf '%s\n' "$quiet_text" | tail -n 20 >&2
  return "$quiet_code"
}

# as_deploy COMMAND...: in directories that are the deploy user's root does nothing by itself; a link there could lead it anywhere
as_deploy() { runuser -u "$deploy_user" -- "$@"; }
