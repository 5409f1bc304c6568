#!/usr/bin/env bash
# kubeadm.yaml is the configuration that this control plane was made with.
set -euo pipefail
kubeadm init phase control-plane apiserver --config /etc/kubernetes/kubeadm.yaml
