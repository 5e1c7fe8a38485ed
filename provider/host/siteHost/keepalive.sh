# From 1.27.4 on nginx can keep a reload from closing idle connections that a request may be on its way on. All sites of the host share the setting.

make() {
  lock_nginx
  keepalive_nginx=$(nginx -v 2>&1 | sed -n 's,.*nginx/\([0-9.]*\).*,\1,p')
  if ! knows_keepalive "$keepalive_nginx"; then
    tell "nginx $keepalive_nginx does not know keepalive_min_timeout, which came with 1.27.4: a reload closes idle connections"
    return 0
  fi
  look_at "$keepalive_file" "$keepalive_text"
  case $state in
    same) tell "$keepalive_file is as wanted" && return 0 ;;
    theirs) leave_alone "$keepalive_file" "$keepalive_text" && return 0 ;;
  esac
  require_green
  if [ "$state" = absent ] && nginx -T 2>/dev/null 9<&- | grep -q '^[[:space:]]*keepalive_min_timeout[[:space:]]'; then
    tell 'keepalive_min_timeout is set already'
    return 0
  fi
  put_nginx "$keepalive_file" '' "$keepalive_text"
  tell "wrote $keepalive_file"
}

undo() {
  lock_nginx
  look_at "$keepalive_file" "$keepalive_text"
  case $state in
    absent) return 0 ;;
    theirs) warn "$keepalive_file was edited by somebody else and stays" && return 0 ;;
  esac
  if grep -rlq 'sha256 of what follows' /etc/nginx/sites-available /etc/nginx/conf.d --exclude="${keepalive_file##*/}" 2>/dev/null; then
    tell "$keepalive_file stays: other sites of this host have it too"
    return 0
  fi
  remove_nginx "$keepalive_file" ''
}

# knows_keepalive VERSION
knows_keepalive() {
  printf '%s\n' "$1" | awk -F . '{ exit !($1 * 1000000 + $2 * 1000 + $3 >= 1027004) }'
}
