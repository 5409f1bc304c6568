#!/usr/bin/env bash
set -euo pipefail
systemctl reset-failed kubelet
systemctl restart kubelet
