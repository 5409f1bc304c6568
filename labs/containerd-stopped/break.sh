#!/usr/bin/env bash
# Stopped for work on a disk, and masked so that nothing starts it meanwhile.
set -euo pipefail
systemctl mask -q --now containerd
