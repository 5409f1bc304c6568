#!/usr/bin/env bash
# Joins this machine to the cluster. Run as root; does nothing when it has joined already.
#   KUBEADM_CONFIG   kubeadm's configuration file for joining, as text
set -euo pipefail

: "${KUBEADM_CONFIG:?}"

[ -f /etc/kubernetes/kubelet.conf ] && exit 0
mkdir -p /etc/kubernetes
# what an interrupted join left cannot be continued
if [ -f /etc/kubernetes/bootstrap-kubelet.conf ] || [ -f /etc/kubernetes/pki/ca.crt ]; then
  kubeadm reset --force
fi
printf '%s\n' "$KUBEADM_CONFIG" >/etc/kubernetes/kubeadm.yaml
chmod 600 /etc/kubernetes/kubeadm.yaml
kubeadm join --config /etc/kubernetes/kubeadm.yaml
