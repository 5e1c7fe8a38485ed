# What a careful person would type: write the include, test, reload, and wait until the new workers serve alone and have stood for 300 ms.
# Inputs: root, include, pid_file, test_command, reload_command.
set -eu
master=$(cat "$pid_file")
children=/proc/$master/task/$master/children
old=" $(cat "$children")"
# shellcheck disable=SC2016 # $root_dir is nginx's
printf 'set $root_dir %s;\n' "$root" >"$include.new"
sync "$include.new"
mv "$include.new" "$include"
$test_command
$reload_command
hundredths() {
  read -r up _ </proc/uptime
  now=${up%.*}${up#*.}
}
first=
while :; do
  hundredths
  left=
  pids=$(cat "$children")
  for pid in $pids; do
    case $old in
      *" $pid "*) left=yes ;;
      *) [ -n "$first" ] || first=$now ;;
    esac
  done
  if [ -z "$left" ] && [ -n "$first" ] && [ $((now - first)) -ge 30 ]; then exit 0; fi
  sleep 0.01
done
