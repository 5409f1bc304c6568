#!/usr/bin/env bash
# Succeeds when all pods of worker1 are ready, a new one too, and none of their containers is started anew within a minute.
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
# squeezed: the width of a column is that of its widest cell, and the probes' names differ
pods() {
  kubectl get pods -A --field-selector spec.nodeName=worker1 --no-headers \
    -o custom-columns='NAME:.metadata.name,READY:.status.containerStatuses[*].ready,RESTARTS:.status.containerStatuses[*].restartCount' |
    grep -v -e '^group-probe' -e '^probe-' | tr -s ' ' | sort
}
before=$(pods)
if grep -q false <<<"$before"; then
  echo "not all containers on worker1 are ready:"
  grep false <<<"$before"
  exit 1
fi
sleep 60
after=$(pods)
if [ "$before" != "$after" ]; then
  echo "containers on worker1 were started again:"
  diff <(echo "$before") <(echo "$after") || true
  exit 1
fi
echo "all pods on worker1 stay up"
