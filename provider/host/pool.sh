# Why a php-fpm socket cannot be reached, in facts. Input: socket.

fact user "$(id -un)"
fact groups "$(id -Gn)"

if [ -S "$socket" ]; then
  fact kind socket
  # One word a name: mode, owner and group never hold a space here.
  IFS=' ' read -r mode owner group <<EOF
$(stat -L -c '%A %U %G' "$socket")
EOF
  fact mode "$mode"
  fact owner "$owner"
  fact group "$group"
elif [ -e "$socket" ]; then
  fact kind other
else
  # A path below a directory that cannot be passed looks absent: the first one upwards that can be seen decides.
  dir=$(dirname "$socket")
  while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
  if [ -x "$dir" ]; then fact kind absent; else fact kind hidden; fi
fi

if [ -w "$socket" ]; then fact writable yes; else fact writable no; fi

# proc(5), /proc/net/unix: flag 00010000 is a socket that listens; the path is the one it was bound to.
listening=unknown
if [ -r /proc/net/unix ]; then
  listening=no
  real=$(readlink -f "$socket" || printf %s "$socket")
  while read -r _ _ _ flags _ _ _ path; do
    # The last name first: only its likes are worth a process.
    if [ "$flags" != 00010000 ] || [ "${path##*/}" != "${real##*/}" ]; then continue; fi
    if [ "$path" = "$real" ] || [ "$(readlink -f "$path" || :)" = "$real" ]; then
      listening=yes
      break
    fi
  done </proc/net/unix
fi
fact listening "$listening"

others=
for other in /run/php/*.sock; do
  if [ -S "$other" ] && [ "$other" != "$socket" ]; then others="$others${others:+ }$other"; fi
done
fact others "$others"

succeed diagnosed
