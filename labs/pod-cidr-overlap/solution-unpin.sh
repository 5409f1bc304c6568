#!/usr/bin/env bash
# Once BIRD has taken its routes into the nodes' network away, the ones made by hand must go too.
set -euo pipefail
own=$(getent hosts "$(hostname)" | awk '{ print $1; exit }')
for _ in $(seq 1 60); do
  grep -qE "^(blackhole )?${own%.*}\." <<<"$(ip route show proto bird)" || break
  sleep 2
done
for node in controlplane worker1 worker2; do
  [ "$node" = "$(hostname)" ] && continue
  ip route del "$(getent hosts "$node" | awk '{ print $1; exit }')/32"
done
