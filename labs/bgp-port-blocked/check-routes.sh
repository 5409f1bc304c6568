#!/usr/bin/env bash
set -euo pipefail
ip route show proto bird
for node in controlplane worker1 worker2; do
  [ "$node" = "$(hostname)" ] && continue
  address=$(getent hosts "$node" | awk '{print $1; exit}')
  grep -q "via $address " <<<"$(ip route show proto bird)" || {
    echo "no route through $node ($address)"
    exit 1
  }
done
