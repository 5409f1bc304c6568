#!/usr/bin/env bash
# Succeeds when a new pod on worker1 becomes ready.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
name=probe-$RANDOM
trap 'kubectl delete pod "$name" --grace-period=1 --wait=false >/dev/null 2>&1 || true' EXIT
kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $name, namespace: default }
spec:
  nodeName: worker1
  terminationGracePeriodSeconds: 1
  containers: [{ name: probe, image: "busybox:1.35", command: [sleep, "3600"] }]
YAML
if ! kubectl wait --for=condition=Ready "pod/$name" --timeout=45s >/dev/null 2>&1; then
  kubectl get pod "$name" -o wide
  exit 1
fi
echo "a new pod on worker1 is ready"
