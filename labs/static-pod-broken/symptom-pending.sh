#!/usr/bin/env bash
# Succeeds when a new pod is left without a node.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
name=probe-$RANDOM
trap 'kubectl delete pod "$name" --grace-period=1 --wait=false >/dev/null 2>&1 || true' EXIT
kubectl run "$name" --image=busybox:1.35 --restart=Never -- sleep 3600 >/dev/null
sleep 10
kubectl get pod "$name" -o jsonpath='{.status.phase} on "{.spec.nodeName}"'
[ -z "$(kubectl get pod "$name" -o jsonpath='{.spec.nodeName}')" ]
