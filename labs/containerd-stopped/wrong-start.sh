#!/usr/bin/env bash
set -uo pipefail
systemctl enable containerd
systemctl start containerd
exit 0
