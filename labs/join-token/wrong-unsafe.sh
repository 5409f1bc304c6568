#!/usr/bin/env bash
set -uo pipefail
timeout 45 $(sed -n '/^kubeadm join/s/--discovery-token-ca-cert-hash [^ ]*/--discovery-token-unsafe-skip-ca-verification/p' /root/join.sh)
exit 0
