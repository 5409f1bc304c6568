#!/usr/bin/env bash
# Makes this machine the first control plane. Run as root; does nothing when it is one already.
#   KUBEADM_CONFIG   kubeadm's configuration file, as text
#   CRI_SOCKET       kubeadm's name of the container runtime's socket
set -euo pipefail

: "${KUBEADM_CONFIG:?}" "${CRI_SOCKET:?}"

# kubeadm.yaml is there once init has come to its end; what an interrupted one left cannot be continued
# (and after somebody's kubeadm reset, which leaves the file, there is no admin.conf)
if [ ! -f /etc/kubernetes/kubeadm.yaml ] || [ ! -f /etc/kubernetes/admin.conf ]; then
  mkdir -p /etc/kubernetes
  if [ -n "$(ls -A /etc/kubernetes/manifests 2>/dev/null)" ] || [ -d /etc/kubernetes/pki ]; then
    kubeadm reset --force --cri-socket "$CRI_SOCKET"
  fi
  # what an earlier cluster left, `kubeadm reset` leaves too: the node would be Ready before its time, and its first pods on that one's network
  rm -f /etc/cni/net.d/10-bridge.conflist
  # "stable-1.35" is looked up in the Internet; the patch level that is installed is what the cluster gets
  (umask 077 && sed "s/^kubernetesVersion: stable-.*/kubernetesVersion: $(kubeadm version -o short)/" <<<"$KUBEADM_CONFIG" >/etc/kubernetes/kubeadm.yaml.new)
  kubeadm init --config /etc/kubernetes/kubeadm.yaml.new --upload-certs
  mv /etc/kubernetes/kubeadm.yaml.new /etc/kubernetes/kubeadm.yaml
fi
