# A site as `pulumi refresh` sees it.

main() {
  own_dir=$deploy_path/.site-release
  gone=
  signalled=
  choose_commands
  find_master
  resolve_include
  look_at_include
  tell_site
  read_owner
  succeed observed
}

main
