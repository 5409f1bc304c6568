#!/usr/bin/env bash
# A route for one address beats every block: so the nodes reach each other until the blocks are gone. BIRD would put back a route of
# its own that is only deleted.
set -euo pipefail
own=$(getent hosts "$(hostname)" | awk '{ print $1; exit }')
interface=$(ip -o -4 addr show | awk -v own="$own" 'index($4, own "/") == 1 { print $2; exit }')
for node in controlplane worker1 worker2; do
  [ "$node" = "$(hostname)" ] && continue
  ip route replace "$(getent hosts "$node" | awk '{ print $1; exit }')/32" dev "$interface"
done
