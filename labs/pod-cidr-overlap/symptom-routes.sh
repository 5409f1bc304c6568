#!/usr/bin/env bash
# Succeeds when Calico has made a route that covers addresses of this node's own network.
set -euo pipefail
address=$(getent hosts "$(hostname)" | awk '{ print $1; exit }')
ip route show proto bird | grep -E "^(blackhole )?${address%.*}\."
