#!/usr/bin/env bash
# Succeeds when a new pod is given a node and becomes ready.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
name=probe-$RANDOM
trap 'kubectl delete pod "$name" --grace-period=1 --wait=false >/dev/null 2>&1 || true' EXIT
kubectl run "$name" --image=busybox:1.35 --restart=Never -- sleep 3600 >/dev/null
if ! kubectl wait --for=condition=Ready "pod/$name" --timeout=45s >/dev/null 2>&1; then
  kubectl get pod "$name" -o wide
  exit 1
fi
echo "a new pod is ready"
