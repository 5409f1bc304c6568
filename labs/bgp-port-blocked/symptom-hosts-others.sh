#!/usr/bin/env bash
# Succeeds when this node has a route to the pods of worker2, and none to those of worker1.
set -euo pipefail
ip route show proto bird
routes=$(ip route show proto bird)
grep -q "via $(getent hosts worker2 | awk '{print $1; exit}') " <<<"$routes"
! grep -q "via $(getent hosts worker1 | awk '{print $1; exit}') " <<<"$routes"
