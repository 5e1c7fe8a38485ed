# opcache's settings for php-fpm, in a file of their own.

make() {
  find_php
  look_at "$php_file" "$opcache_settings"
  case $state in
    same) tell "$php_file is as wanted" ;;
    theirs) leave_alone "$php_file" "$opcache_settings" && return 0 ;;
    *) write_settings ;;
  esac
  ! is_loaded "$opcache_settings" || return 0
  if [ -e "$deploy_path/current" ]; then
    # A reload of php-fpm ends or holds up the requests in flight, of all its sites.
    warn "$(date +%F): php-fpm reads $php_file when it is restarted next, and a restart ends the requests in flight. In a quiet moment: systemctl restart $php_unit"
  else
    quietly systemctl reload-or-restart "$php_unit" || refuse "systemctl reload-or-restart $php_unit failed"
    tell "reloaded $php_unit"
  fi
}

write_settings() {
  php_before=
  [ "$state" = absent ] || php_before=$(cat "$php_file")
  note_loaded
  put "$php_file" "$opcache_settings" 0644
  if ! quietly "$php_program" -t; then
    if [ "$state" = absent ]; then rm -f "$php_file"; else put "$php_file" "$php_before$newline" 0644; fi
    refuse "php-fpm does not take the settings; $php_file is as it was"
  fi
  tell "wrote $php_file"
}

undo() {
  find_php
  look_at "$php_file" "$opcache_settings"
  case $state in
    absent) ;;
    theirs) warn "$php_file was edited by somebody else and stays" ;;
    *)
      note_loaded
      rm -f "$php_file"
      tell "removed $php_file; php-fpm keeps the settings until its next restart"
      ;;
  esac
}

# find_php: which PHP serves the pool: the name of its socket says so, and /run/php/php-fpm.sock leads there
find_php() {
  php=$php_version
  [ -n "$php" ] || php=$(readlink -f "$pool" | sed -n 's,.*/php\([0-9.]*\)-fpm\.sock$,\1,p')
  php_dir=/etc/php/$php/fpm/conf.d
  if [ -z "$php" ] || [ ! -d "$php_dir" ]; then
    refuse "No settings of a php-fpm for $pool ($php_dir): set phpVersion, or opcacheSettings to false"
  fi
  php_file=$php_dir/90-site-release-$server_name.ini
  php_program=php-fpm$php
  php_unit=php$php-fpm.service
  php_pid_file=/run/php/php$php-fpm.pid
  php_loaded=/run/site-release/php$php-$server_name.ini
}
