#!/usr/bin/env bash
# The routes come back as long as the pool and its blocks are there.
set -euo pipefail
ip route show | { grep bird || true; } | { grep -F /26 || true; } | while read -r route; do
  # shellcheck disable=SC2086 -- the route is a list of words
  ip route del $route || true
done
