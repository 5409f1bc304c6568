#!/usr/bin/env bash
set -euo pipefail
systemctl reset-failed containerd
systemctl restart containerd || true
