# The site's server block. One that somebody else made for the name is theirs, wherever it stands.

make() {
  lock_nginx
  find_place "$server_name"
  look_at "$place" "$server_block"
  case $state in
    same)
      if [ -z "$place_link" ] || [ -e "$place_link" ]; then tell "$place is as wanted" && return 0; fi
      ;;
    theirs) leave_alone "$place" "$server_block" && return 0 ;;
  esac
  require_green
  block_others=$(others_with server_name "$server_name")
  if [ -n "$block_others" ]; then
    leave_alone "$(printf '%s\n' "$block_others" | head -n 1)" "$server_block"
    return 0
  fi
  put_nginx "$place" "$place_link" "$server_block"
  tell "wrote $place"
}

undo() {
  lock_nginx
  find_place "$server_name"
  look_at "$place" "$server_block"
  case $state in
    absent) return 0 ;;
    theirs) warn "$place was edited by somebody else and stays" && return 0 ;;
  esac
  if [ -e "$deploy_path/current" ]; then
    warn "$server_name goes on being served, so $place stays. To end that: rm $place${place_link:+ $place_link} && nginx -t && systemctl reload nginx"
    return 0
  fi
  remove_nginx "$place" "$place_link"
  tell "removed $place"
}
