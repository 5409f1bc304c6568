#!/usr/bin/env bash
# Installs Calico from its manifest. Run as root on a control plane; may be run again.
#   CALICO      version, "v3.31.2"
#   PODS        pod network, "10.244.0.0/16"
#   BLOCKS      prefix length of a node's block, "26"
#   IPIP VXLAN  "Always", "CrossSubnet" or "Never"
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf

: "${CALICO:?}" "${PODS:?}" "${BLOCKS:?}" "${IPIP:?}" "${VXLAN:?}"

mkdir -p /etc/kubernetes/calico
manifest=/etc/kubernetes/calico/calico.yaml
if [ ! -f "$manifest" ]; then
  curl -fsSL "https://raw.githubusercontent.com/projectcalico/calico/$CALICO/manifests/calico.yaml" -o "$manifest"
fi
kubectl apply -f "$manifest" >/dev/null
kubectl -n kube-system set env daemonset/calico-node \
  "CALICO_IPV4POOL_CIDR=$PODS" "CALICO_IPV4POOL_BLOCK_SIZE=$BLOCKS" \
  "CALICO_IPV4POOL_IPIP=$IPIP" "CALICO_IPV4POOL_VXLAN=$VXLAN" IP_AUTODETECTION_METHOD=kubernetes-internal-ip >/dev/null

if ! command -v calicoctl >/dev/null; then
  arch=$(dpkg --print-architecture)
  curl -fsSL "https://github.com/projectcalico/calico/releases/download/$CALICO/calicoctl-linux-$arch" -o /usr/local/bin/calicoctl
  chmod 755 /usr/local/bin/calicoctl
fi
