# The two rights that a switch needs.

make() {
  look_at "$sudo_file" "$sudo_text"
  case $state in
    same) tell "$sudo_file is as wanted" ;;
    theirs) leave_alone "$sudo_file" "$sudo_text" ;;
    *)
      printf '%s' "$sudo_text" | quietly visudo -c -q -f - || refuse "visudo does not take what would be written to $sudo_file"
      put "$sudo_file" "$sudo_text" 0440
      tell "wrote $sudo_file"
      ;;
  esac
}

undo() {
  look_at "$sudo_file" "$sudo_text"
  case $state in
    absent) ;;
    theirs) warn "$sudo_file was edited by somebody else and stays" ;;
    *) rm -f "$sudo_file" && tell "removed $sudo_file" ;;
  esac
}
