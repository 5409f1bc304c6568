#!/usr/bin/env bash
# Accepts BGP with the other nodes before any rule that stops it.
set -euo pipefail
for node in controlplane worker1 worker2; do
  address=$(getent hosts "$node" | awk '{print $1; exit}')
  iptables -I INPUT 1 -s "$address" -p tcp --dport 179 -j ACCEPT
  iptables -I OUTPUT 1 -d "$address" -p tcp --dport 179 -j ACCEPT
done
