#!/usr/bin/env bash
# Succeeds when this node has routes to other nodes' pods, but none through worker2.
set -euo pipefail
ip route show proto bird | grep via
! grep -q "via $(getent hosts worker2 | awk '{print $1; exit}') " <<<"$(ip route show proto bird)"
