# Which of nginx's files name the include. Whoever takes the site out of nginx's configuration, or gives it another root, touches neither our
# include nor what is said of the last reload.

# naming_files: those that this login can read, with names that the journal takes; where a site's block is a link, its place and the file itself
naming_files() {
  grep -RlsF -e "$include_named" "$conf_dir" | grep -v '[^A-Za-z0-9_./@+~-]' | sort | head -n 20 | while IFS= read -r naming_file; do
    ! names_include "$naming_file" || printf '%s ' "$naming_file"
  done
}

# lost_name: the first that named it at the last proved reload, and does not now
lost_name() {
  for naming_file in $(field "$(journal_last reloaded)" named); do
    if [ -e "$naming_file" ] && [ ! -r "$naming_file" ]; then continue; fi
    if ! names_include "$naming_file"; then
      printf '%s' "$naming_file"
      return 0
    fi
  done
}

names_include() {
  grep -sF -e "$include_named" "$1" | grep -q -v '^[[:space:]]*#'
}
