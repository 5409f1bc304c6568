#!/usr/bin/env bash
# Succeeds when every pod of worker1 is ready, and a new one becomes ready there.
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
ready=$(kubectl get pods -A --field-selector spec.nodeName=worker1 --no-headers \
  -o custom-columns='NAME:.metadata.name,READY:.status.containerStatuses[*].ready' | grep -v -e '^group-probe' -e '^probe-')
if grep -q false <<<"$ready"; then
  echo "not all containers on worker1 are ready:"
  grep false <<<"$ready"
  exit 1
fi
echo "all pods on worker1 are ready"
