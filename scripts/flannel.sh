#!/usr/bin/env bash
# Installs flannel from its manifest. Run as root on a control plane; may be run again.
#   FLANNEL      version, "v0.27.4"
#   PODS         pod network, "10.244.0.0/16"
#   ADDRESSES    regular expression that the machines' addresses on the private network match, and no others
#   MANIFESTS    optional: URL of a mirror with kube-flannel.yml
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf

: "${FLANNEL:?}" "${PODS:?}" "${ADDRESSES:?}"

mkdir -p /etc/kubernetes/flannel
manifest=/etc/kubernetes/flannel/kube-flannel.yml
if [ ! -f "$manifest" ]; then
  # flanneld would take the default route's interface, which has the same NAT address on every machine
  curl -fsSL "${MANIFESTS:-https://github.com/flannel-io/flannel/releases/download/$FLANNEL}/kube-flannel.yml" |
    sed -e 's|"Network": "[^"]*"|"Network": "'"$PODS"'"|' \
      -e 's#^\( *\)- --kube-subnet-mgr$#&\n\1- --iface-regex='"${ADDRESSES//\\/\\\\}"'#' >"$manifest.new"
  grep -qF -- "- --iface-regex=$ADDRESSES" "$manifest.new"
  grep -qF "\"Network\": \"$PODS\"" "$manifest.new"
  mv "$manifest.new" "$manifest"
fi
kubectl apply -f "$manifest" >/dev/null
