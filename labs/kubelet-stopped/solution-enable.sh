#!/usr/bin/env bash
set -euo pipefail
systemctl enable -q --now kubelet
