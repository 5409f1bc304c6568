#!/usr/bin/env bash
# Succeeds when a container's group stands beside containerd's own instead of inside of its pod's slice.
set -euo pipefail
systemd-cgls --no-pager | grep -E 'kubepods.*\.slice:cri-containerd:[0-9a-f]+$'
