#!/usr/bin/env bash
# Maintenance that nobody undid.
set -euo pipefail
systemctl disable -q --now kubelet
