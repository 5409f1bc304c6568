#!/usr/bin/env bash
# kubeadm.yaml is the configuration that this control plane was made with.
#   PART   apiserver, controller-manager or scheduler
set -euo pipefail
: "${PART:?}"
kubeadm init phase control-plane "$PART" --config /etc/kubernetes/kubeadm.yaml
