# The endpoint through which opcache is asked and cleared from the host itself: a PHP file of root's, and the server block that alone runs it.

make() {
  lock_nginx
  find_place "$server_name-opcache"
  look_at "$place" "$endpoint_block"
  case $state in
    same | theirs) ;;
    *) require_green ;;
  esac
  [ "$state" = theirs ] || require_own_port
  mkdir -p "${endpoint_script%/*}"
  printf '%s' "$endpoint_php" | cmp -s - "$endpoint_script" || put "$endpoint_script" "$endpoint_php" 0644
  case $state in
    same) tell "$place is as wanted" ;;
    theirs) leave_alone "$place" "$endpoint_block" ;;
    *)
      put_nginx "$place" "$place_link" "$endpoint_block"
      tell "wrote $place"
      # An older text has another name, since opcache would go on running what it first saw under one.
      find "${endpoint_script%/*}" -type f -name 'opcache-*.php' ! -path "$endpoint_script" -delete
      ;;
  esac
}

undo() {
  lock_nginx
  find_place "$server_name-opcache"
  look_at "$place" "$endpoint_block"
  case $state in
    absent) ;;
    theirs) warn "$place was edited by somebody else and stays, and $endpoint_script with it" && return 0 ;;
    *) remove_nginx "$place" "$place_link" && tell "removed $place" ;;
  esac
  [ -e "$place" ] || rm -f "$endpoint_script"
  rmdir "${endpoint_script%/*}" 2>/dev/null || :
}

# require_own_port: of two server blocks without a name on one port nginx ignores one, with no more than a warning
require_own_port() {
  port_other=$(others_with listen "127.0.0.1:$endpoint_port" "localhost:$endpoint_port" "$endpoint_port" "*:$endpoint_port" "0.0.0.0:$endpoint_port" | head -n 1)
  [ -z "$port_other" ] ||
    refuse "$port_other has nginx listen on 127.0.0.1:$endpoint_port already: give this site an opcachePort of its own, or set opcacheEndpoint to false"
}
