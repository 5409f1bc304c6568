#!/usr/bin/env bash
# Installs Calico through its operator. Run as root on a control plane; may be run again.
#   CALICO              version, "v3.31.2"
#   CALICO_RESOURCES    Installation (and what else belongs to it), as text
#   MANIFESTS   optional: URL of a mirror with the manifests and calicoctl-linux-ARCH
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf

: "${CALICO:?}" "${CALICO_RESOURCES:?}"
manifests=/etc/kubernetes/calico
mkdir -p "$manifests"
for name in operator-crds tigera-operator; do
  if [ ! -f "$manifests/$name.yaml" ]; then
    curl -fsSL "${MANIFESTS:-https://raw.githubusercontent.com/projectcalico/calico/$CALICO/manifests}/$name.yaml" -o "$manifests/$name.yaml.new"
    mv "$manifests/$name.yaml.new" "$manifests/$name.yaml"
  fi
done
printf '%s\n' "$CALICO_RESOURCES" >"$manifests/custom-resources.yaml"

# The definitions are larger than the annotation that a client-side apply would keep.
kubectl get deployment -n tigera-operator tigera-operator >/dev/null 2>&1 ||
  for name in operator-crds tigera-operator; do
    kubectl apply --server-side --force-conflicts -f "$manifests/$name.yaml" >/dev/null
  done
kubectl wait --for=condition=established --timeout=120s crd/installations.operator.tigera.io >/dev/null
kubectl apply -f "$manifests/custom-resources.yaml"

if ! command -v calicoctl >/dev/null; then
  arch=$(dpkg --print-architecture)
  curl -fsSL "${MANIFESTS:-https://github.com/projectcalico/calico/releases/download/$CALICO}/calicoctl-linux-$arch" -o /usr/local/bin/calicoctl
  chmod 755 /usr/local/bin/calicoctl
fi
