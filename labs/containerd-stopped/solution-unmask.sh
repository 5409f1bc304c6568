#!/usr/bin/env bash
set -euo pipefail
systemctl unmask -q containerd
systemctl start containerd
