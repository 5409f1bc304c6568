#!/usr/bin/env bash
set -euo pipefail
kubeadm upgrade node phase kubelet-config
systemctl restart kubelet
