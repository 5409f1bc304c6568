#!/usr/bin/env bash
# Succeeds when the control plane's session with worker1 is not up.
set -euo pipefail
calicoctl node status | grep -F "$(getent hosts worker1 | awk '{print $1; exit}')" | tee /dev/stderr | grep -qv '| up '
