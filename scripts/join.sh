#!/usr/bin/env bash
# Joins this machine to the cluster. Run as root; does nothing when it has joined already.
#   KUBEADM_CONFIG   kubeadm's configuration file for joining, as text
#   CRI_SOCKET       kubeadm's name of the container runtime's socket
set -euo pipefail

: "${KUBEADM_CONFIG:?}" "${CRI_SOCKET:?}"

[ -f /etc/kubernetes/kubelet.conf ] && exit 0
mkdir -p /etc/kubernetes
# what an interrupted join left cannot be continued
if [ -f /etc/kubernetes/bootstrap-kubelet.conf ] || [ -f /etc/kubernetes/pki/ca.crt ]; then
  kubeadm reset --force --cri-socket "$CRI_SOCKET"
fi
printf '%s\n' "$KUBEADM_CONFIG" >/etc/kubernetes/kubeadm.yaml
chmod 600 /etc/kubernetes/kubeadm.yaml
kubeadm join --config /etc/kubernetes/kubeadm.yaml
