#!/usr/bin/env bash
# The node's own way to the others is barred as long as a route of the old pool covers them.
set -euo pipefail
address=$(ip -o -4 addr show | awk '$2 != "lo" && $4 !~ /^10\.0\.2\./ && $4 ~ /\/24$/ { print $4; exit }')
prefix=${address%.*}
ip route show | { grep bird || true; } | { grep -F "$prefix." || true; } | { grep -F /26 || true; } | while read -r route; do
  # shellcheck disable=SC2086 -- the route is a list of words
  ip route del $route || true
done
