#!/usr/bin/env bash
# Every node reaches every other on TCP 22, straight through the network that they share, and the API server.
set -euo pipefail
for node in controlplane worker1 worker2; do
  address=$(getent hosts "$node" | awk '{ print $1; exit }')
  if grep -q ' via ' <<<"$(ip route get "$address")"; then
    echo "packets to $node take a detour: $(ip route get "$address" | head -n 1)"
    exit 1
  fi
  nc -z -w 3 "$node" 22 || {
    echo "$node does not answer on TCP 22"
    exit 1
  }
done
curl -sk -m 5 -o /dev/null "https://controlplane:6443/version" || {
  echo "the API server does not answer"
  exit 1
}
# a route that somebody pinned by hand would hide the next change
if ip route | grep -E '^[0-9.]+ dev .* scope link' | grep -vE 'proto|cali|vxlan|tunl' | grep -F "$(getent hosts controlplane | awk '{ split($1, p, "."); print p[1] "." p[2] "." p[3] "."; exit }')"; then
  echo "a route made by hand is left"
  exit 1
fi
echo "all nodes answer"
