#!/usr/bin/env bash
# Prints the Debian packages of all shared libraries that the programs named load, one a line.
set -euo pipefail
ldd "$@" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u |
  # Packages list a library's real file, not the link that a program names, below /lib or /usr/lib.
  xargs readlink -f | sed 's|^/usr||; s|^|*|' | xargs -d '\n' dpkg-query --search | cut -d: -f1 | sort -u
