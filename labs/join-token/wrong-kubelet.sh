#!/usr/bin/env bash
set -uo pipefail
systemctl enable kubelet
systemctl restart kubelet
exit 0
