# A file of nginx's configuration: tested, reloaded, and put back as it was if either goes wrong.

pid_file=/run/nginx.pid
nginx_log=/var/log/nginx/error.log
reload_command='systemctl reload nginx.service'

# lock_nginx: as a switch does around its test and reload
lock_nginx() {
  exec 9</etc/nginx
  flock -w 300 9 || refuse 'Somebody else has been testing or reloading nginx for 300 s'
}

# find_place NAME: $place is the file for a server block, $place_link the link to it where Debian's layout has one
find_place() {
  place=/etc/nginx/conf.d/$1.conf
  place_link=
  [ -d /etc/nginx/sites-enabled ] && [ -d /etc/nginx/sites-available ] || return 0
  place=/etc/nginx/sites-available/$1
  place_link=/etc/nginx/sites-enabled/$1
}

# require_green: red before anything is touched is somebody else's
require_green() {
  quietly nginx -t 9<&- || refuse 'nginx -t is red before anything was changed: that must be mended first'
}

# put_nginx FILE LINK TEXT
put_nginx() {
  nginx_before=
  nginx_had=no
  if [ -e "$1" ]; then
    nginx_before=$(cat "$1")
    nginx_had=yes
  fi
  nginx_linked=no
  [ -z "$2" ] || [ ! -e "$2" ] || nginx_linked=yes
  put "$1" "$3" 0644
  [ -z "$2" ] || [ "$nginx_linked" = yes ] || ln -s "$1" "$2"
  nginx_why=
  if ! quietly nginx -t 9<&-; then
    nginx_why='nginx -t is red with it'
  elif ! reload_nginx; then
    nginx_why='nginx did not take it'
  fi
  [ -n "$nginx_why" ] || return 0
  if [ "$nginx_had" = yes ]; then put "$1" "$nginx_before$newline" 0644; else rm -f "$1"; fi
  [ -z "$2" ] || [ "$nginx_linked" = yes ] || rm -f "$2"
  ! quietly nginx -t 9<&- 2>/dev/null || reload_nginx || :
  refuse "$nginx_why; $1 is as it was before"
}

# remove_nginx FILE LINK
remove_nginx() {
  [ -z "$2" ] || [ ! -h "$2" ] || rm -f "$2"
  nginx_before=$(cat "$1")
  rm -f "$1"
  command -v nginx >/dev/null || return 0
  if quietly nginx -t 9<&-; then
    reload_nginx || refuse "$1 is gone, but nginx did not reload"
  else
    put "$1" "$nginx_before$newline" 0644
    [ -z "$2" ] || ln -s "$1" "$2"
    warn "nginx -t is red without $1, so it stays"
  fi
}

# reload_nginx: an exit code 0 proves nothing, a new worker does. nginx that does not run is started.
reload_nginx() {
  find_master
  if [ -z "$master" ]; then
    quietly systemctl start nginx.service 9<&-
    return
  fi
  look
  nginx_old=$serving
  nginx_log_size=$(stat -c %s "$nginx_log" 2>/dev/null) || nginx_log_size=0
  quietly systemctl reload nginx.service 9<&- || return
  nginx_turns=0
  while [ "$nginx_turns" -lt 100 ]; do
    look
    for nginx_pid in $serving; do
      case $nginx_old in
        *" $nginx_pid "*) ;;
        *) return 0 ;;
      esac
    done
    nginx_turns=$((nginx_turns + 1))
    # nginx tries five times in 2.5 s to bind a port (ngx_open_listening_sockets); what it says after that is its last word.
    if [ "$nginx_turns" -ge 35 ] && complaints >/dev/null; then break; fi
    sleep 0.1
  done
  complaints | tail -n 3 >&2 || :
  return 1
}

# complaints: why nginx did not reload, from its log since then
complaints() { tail -c "+$((nginx_log_size + 1))" "$nginx_log" 2>/dev/null | grep '\[emerg\]'; }
