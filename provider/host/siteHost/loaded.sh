# What the php-fpm that runs has read: the file as it was when php-fpm started. Before the first change of the file after that, a copy of it is
# laid aside in $php_loaded. A destroy and a new up, or a replacement, end with what php-fpm has already.

# note_loaded: to be called before $php_file is written or removed
note_loaded() {
  ! is_noted || return 0
  mkdir -p "${php_loaded%/*}"
  if [ -e "$php_file" ]; then cat "$php_file"; fi >"$php_loaded.part"
  mv -f "$php_loaded.part" "$php_loaded"
}

# is_noted: $php_loaded is of the php-fpm that runs, which writes its pid file anew with each start and each reload
is_noted() { [ -n "$(find "$php_loaded" -newer "$php_pid_file" 2>/dev/null)" ]; }

# is_loaded TEXT: php-fpm has read TEXT, or will read it since it does not run
is_loaded() { ! is_noted || printf '%s' "$1" | cmp -s - "$php_loaded"; }
