#!/usr/bin/env bash
# Installs Calico from its manifest. Run as root on a control plane; may be run again.
#   CALICO      version, "v3.31.2"
#   MANIFEST    "calico.yaml" or "calico-typha.yaml"
#   PODS        pod network, "10.244.0.0/16"
#   BLOCKS      prefix length of a node's block, "26"
#   IPIP VXLAN  "Always", "CrossSubnet" or "Never"
#   MANIFESTS   optional: URL of a mirror with the manifests and calicoctl-linux-ARCH
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf

: "${CALICO:?}" "${MANIFEST:?}" "${PODS:?}" "${BLOCKS:?}" "${IPIP:?}" "${VXLAN:?}"

mkdir -p /etc/kubernetes/calico
manifest=/etc/kubernetes/calico/calico.yaml
if [ ! -f "$manifest" ]; then
  # calico-node makes the pool as soon as it runs, so its settings have to be in the manifest before it is applied; and the
  # node's address must not be looked for: the first interface has the same NAT address on every machine
  curl -fsSL "${MANIFESTS:-https://raw.githubusercontent.com/projectcalico/calico/$CALICO/manifests}/$MANIFEST" |
    sed -e '/- name: CALICO_IPV4POOL_IPIP$/{n;s/value: .*/value: "'"$IPIP"'"/}' \
      -e '/- name: CALICO_IPV4POOL_VXLAN$/{n;s/value: .*/value: "'"$VXLAN"'"/}' |
    sed -e 's|^\( *\)- name: CALICO_IPV4POOL_IPIP$|\1- name: CALICO_IPV4POOL_CIDR\n\1  value: "'"$PODS"'"\n\1- name: CALICO_IPV4POOL_BLOCK_SIZE\n\1  value: "'"$BLOCKS"'"\n\1- name: IP_AUTODETECTION_METHOD\n\1  value: kubernetes-internal-ip\n&|' \
      >"$manifest.new"
  mv "$manifest.new" "$manifest"
fi
kubectl apply -f "$manifest" >/dev/null

if ! command -v calicoctl >/dev/null; then
  arch=$(dpkg --print-architecture)
  curl -fsSL "${MANIFESTS:-https://github.com/projectcalico/calico/releases/download/$CALICO}/calicoctl-linux-$arch" -o /usr/local/bin/calicoctl
  chmod 755 /usr/local/bin/calicoctl
fi
