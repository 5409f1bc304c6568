#!/usr/bin/env bash
# Deletes every rule of INPUT and OUTPUT about TCP port 179, also those that let it pass.
set -euo pipefail
for chain in INPUT OUTPUT; do
  iptables -S "$chain" | { grep -- '--dport 179' || true; } | sed 's/^-A/-D/' |
    while read -r rule; do
      # shellcheck disable=SC2086 -- the rule is a list of words
      iptables $rule
    done
done
