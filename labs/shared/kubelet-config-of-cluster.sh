#!/usr/bin/env bash
# Takes over the configuration that the cluster keeps for every kubelet; its name ends in the minor version before 1.24.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/kubelet.conf
name=kubelet-config
if ! kubectl -n kube-system get configmap "$name" >/dev/null 2>&1; then
  name=kubelet-config-$(kubelet --version | sed -n 's/.* v\([0-9]*\.[0-9]*\).*/\1/p')
fi
kubectl -n kube-system get configmap "$name" -o jsonpath='{.data.kubelet}' >/tmp/kubelet-config.yaml
# kubeadm writes it for each machine by itself, where systemd-resolved runs: without it CoreDNS on this node would ask itself
if ! grep -q '^resolvConf:' /tmp/kubelet-config.yaml; then
  grep '^resolvConf:' /var/lib/kubelet/config.yaml >>/tmp/kubelet-config.yaml || true
fi
cp /tmp/kubelet-config.yaml /var/lib/kubelet/config.yaml
systemctl restart kubelet
