#!/usr/bin/env bash
# Succeeds when logs and exec work for a pod on worker1.
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
  containers: [{ name: probe, image: "busybox:1.35", command: [sh, -c, "echo written; exec sleep 3600"] }]
YAML
if ! kubectl wait --for=condition=Ready "pod/$name" --timeout=40s >/dev/null 2>&1; then
  kubectl get pod "$name" -o wide
  exit 1
fi
[ "$(timeout 20 kubectl logs "$name" 2>&1 | tee /dev/stderr)" = written ]
[ "$(timeout 20 kubectl exec "$name" -- echo executed 2>&1 | tee /dev/stderr)" = executed ]
