#!/usr/bin/env bash
# Debian and Ubuntu enable what a package brings, unless told otherwise.
set -euo pipefail
systemctl preset -q kubelet
systemctl restart kubelet
