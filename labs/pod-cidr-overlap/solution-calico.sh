#!/usr/bin/env bash
# Calico as it was installed at first, then the team's namespace with a pool in a range of its own.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
manifests=/etc/kubernetes/calico
if [ -f "$manifests/tigera-operator.yaml" ]; then
  kubectl create -f "$manifests/operator-crds.yaml" -f "$manifests/tigera-operator.yaml" >/dev/null
  kubectl wait --for=condition=established --timeout=120s crd/installations.operator.tigera.io >/dev/null
  kubectl apply -f "$manifests/custom-resources.yaml"
else
  kubectl apply -f "$manifests/calico.yaml" >/dev/null
fi
kubectl wait --for=condition=Ready nodes --all --timeout=600s
sed -i 's#cidr: [^,]*, blockSize: [0-9]*#cidr: 10.245.0.0/16, blockSize: 26#' /root/team/pool.yaml
kubectl apply -f /root/team/pool.yaml -f /root/team/namespace.yaml
