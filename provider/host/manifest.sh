# The manifest of a release.
