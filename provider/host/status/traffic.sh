# What nginx serves, and what still serves something else.

tell_traffic() {
  choose_commands
  find_master
  resolve_include
  fact include-path "$include_path"
  if [ -d "${include_path%/*}" ] && [ ! -x "${include_path%/*}" ]; then
    traffic_unread=${include_path%/*}
  elif [ -e "$include_path" ] && [ ! -r "$include_path" ]; then
    traffic_unread=$include_path
  else
    traffic_unread=
  fi
  if [ -n "$traffic_unread" ]; then
    unseen "$traffic_unread"
    include_state=unreadable
    include_root=
  else
    read_include
  fi
  tell_site
  tell_named
  traffic_root=$include_root
  # By hand it may be written in more ways than ours.
  [ "$include_state" != foreign ] || traffic_root=$(live_root) || traffic_root=
  if [ "$(field "$observe_line" strategy)" = symlink ]; then traffic_root=$(readlink -f "$deploy_path/current") || traffic_root=; fi
  fact root "$traffic_root"
  if [ -d "$traffic_root" ]; then fact root-there yes; fi
  tell_since
  [ -n "$master" ] || return 0
  look
  [ -z "$hidden" ] || unseen "nginx's workers: other users' processes are hidden"
  # Edits that wait for a reload stop no switch that needs none.
  [ "$lock_state" = free ] && [ -z "$(field "$observe_line" strategy)" ] || return 0
  # Only told here; a switch refuses them.
  first=
  allow_pending=yes
  require_no_pending_edits
}

# tell_named: where a file of nginx's that named the include at the last proved reload does not now, which did then, and which do now
tell_named() {
  [ -z "$(field "$observe_line" strategy)" ] || return 0
  traffic_lost=$(lost_name)
  [ -n "$traffic_lost" ] || return 0
  fact lost-name "$traffic_lost"
  fact include-named "$include_named"
  fact named-then "$(field "$(journal_last reloaded)" named)"
  fact named-now "$(naming_files)"
}

# tell_draining: the workers that leave, and of those that a switch left behind, since when and with which version. Hundreds of switches back
# none is left.
tell_draining() {
  [ -n "$master" ] || return 0
  fact leaving "$leaving"
  for draining_word in $(journal_lines draining | tail -n 200 |
    sed -n 's/.*"at":"\([^"]*\)".*"version":"\([^"]*\)".*"workers":"\([^"]*\)".*/=\1=\2 \3/p'); do
    case $draining_word in
      =*) draining_of=${draining_word#=} ;;
      *)
        if worker_lives "$draining_word"; then
          say text draining "${draining_of%%=*} ${draining_word%%:*} ${draining_of#*=}"
        fi
        ;;
    esac
  done
}
