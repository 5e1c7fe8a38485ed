# Puts a release on disk.
