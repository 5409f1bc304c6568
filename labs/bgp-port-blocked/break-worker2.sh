#!/usr/bin/env bash
# Drops BGP with worker2 only, in both directions.
set -euo pipefail
peer=$(getent hosts worker2 | awk '{print $1; exit}')
iptables -I INPUT 1 -s "$peer" -p tcp --dport 179 -j DROP
iptables -I OUTPUT 1 -d "$peer" -p tcp --dport 179 -j DROP
