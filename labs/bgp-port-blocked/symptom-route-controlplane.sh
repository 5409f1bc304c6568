#!/usr/bin/env bash
# Succeeds when this node has routes to other nodes' pods, but none through the control plane.
set -euo pipefail
ip route show proto bird | grep via
! grep -q "via $(getent hosts controlplane | awk '{print $1; exit}') " <<<"$(ip route show proto bird)"
