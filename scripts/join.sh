#!/usr/bin/env bash
# Joins this machine to the cluster, as a worker or as a further control plane. Run as root; does nothing when it has joined already.
#   KUBEADM_CONFIG   kubeadm's configuration file for joining, as text
#   CRI_SOCKET       kubeadm's name of the container runtime's socket
set -euo pipefail

: "${KUBEADM_CONFIG:?}" "${CRI_SOCKET:?}"

# With a kubelet.conf a worker is one, whatever kubeadm had still to say. A control plane is one when its join has come to its end,
# which kubeadm.yaml tells; what an interrupted one left cannot be continued.
if [ -f /etc/kubernetes/kubelet.conf ]; then
  if [ -f /etc/kubernetes/kubeadm.yaml ] || ! grep -q '^controlPlane:' <<<"$KUBEADM_CONFIG"; then exit 0; fi
fi
mkdir -p /etc/kubernetes
if [ -f /etc/kubernetes/bootstrap-kubelet.conf ] || [ -f /etc/kubernetes/pki/ca.crt ]; then
  # a control plane that had come far is a Node already, which stays Ready for a while: kubeadm would refuse its name
  admin=$(mktemp)
  cp /etc/kubernetes/admin.conf "$admin" 2>/dev/null || true
  kubeadm reset --force --cri-socket "$CRI_SOCKET"
  [ ! -s "$admin" ] || kubectl --kubeconfig "$admin" delete node "$(hostname)" --ignore-not-found --timeout=60s
  rm -f "$admin"
fi
# what an earlier cluster left, `kubeadm reset` leaves too: the node would be Ready before its time, and its first pods on that one's network
rm -f /etc/cni/net.d/10-bridge.conflist
(umask 077 && printf '%s\n' "$KUBEADM_CONFIG" >/etc/kubernetes/kubeadm.yaml.new)
kubeadm join --config /etc/kubernetes/kubeadm.yaml.new
mv /etc/kubernetes/kubeadm.yaml.new /etc/kubernetes/kubeadm.yaml
