#!/usr/bin/env bash
# Calico as it was installed at first, then the team's namespace with a pool of its own range.
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
kubectl apply -f - <<YAML
apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata: { name: team-pods }
spec: { cidr: 10.245.0.0/16, blockSize: 26, ipipMode: CrossSubnet, natOutgoing: true, nodeSelector: all(), allowedUses: [Workload, Tunnel] }
---
apiVersion: v1
kind: Namespace
metadata:
  name: team
  annotations: { cni.projectcalico.org/ipv4pools: '["team-pods"]' }
YAML
