#!/usr/bin/env bash
# An address of another network; only the flag, as somebody's search and replace would have it.
set -euo pipefail
sed -i 's/--advertise-address=.*/--advertise-address=198.51.100.10/' /etc/kubernetes/manifests/kube-apiserver.yaml
