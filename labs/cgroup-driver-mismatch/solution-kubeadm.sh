#!/usr/bin/env bash
# The cluster keeps the configuration that kubeadm gave to every kubelet.
set -euo pipefail
kubectl --kubeconfig /etc/kubernetes/kubelet.conf -n kube-system get configmap kubelet-config \
  -o jsonpath='{.data.kubelet}' >/var/lib/kubelet/config.yaml
systemctl restart kubelet
