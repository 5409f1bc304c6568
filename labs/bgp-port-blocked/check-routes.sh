#!/usr/bin/env bash
set -euo pipefail
ip route show proto bird
for node in controlplane worker1 worker2; do
  [ "$node" = "$(hostname)" ] && continue
  address=$(getent hosts "$node" | awk '{print $1; exit}')
  ip route show proto bird | grep -q "via $address" || {
    echo "no route through $node ($address)"
    exit 1
  }
done
