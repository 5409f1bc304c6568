#!/usr/bin/env bash
# Deletes every rule of INPUT and OUTPUT that stops TCP port 179.
set -euo pipefail
for chain in INPUT OUTPUT; do
  iptables -S "$chain" | { grep -- '--dport 179' || true; } | { grep -E -- '-j (DROP|REJECT)' || true; } | sed 's/^-A/-D/' |
    while read -r rule; do
      # shellcheck disable=SC2086 -- the rule is a list of words
      iptables $rule
    done
done
