#!/usr/bin/env bash
# Succeeds when a new pod on worker1 becomes ready and neither it nor the node's own pods restart within a minute.
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
  containers: [{ name: web, image: "nginx:1.29" }]
YAML
if ! kubectl wait --for=condition=Ready "pod/$name" --timeout=90s >/dev/null 2>&1; then
  kubectl get pod "$name" -o wide
  exit 1
fi
restarts() {
  kubectl get pods -A --field-selector spec.nodeName=worker1 -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.metadata.uid}{" "}{.status.containerStatuses[*].restartCount}{"\n"}{end}' | sort
}
before=$(restarts)
sleep 60
after=$(restarts)
if [ "$before" != "$after" ]; then
  echo "containers on worker1 were started again:"
  diff <(echo "$before") <(echo "$after") || true
  exit 1
fi
kubectl get pods -A --field-selector spec.nodeName=worker1 --no-headers | awk '{ split($3, ready, "/"); if (ready[1] != ready[2]) { print; bad = 1 } } END { exit bad }'
echo "all pods on worker1 stay up"
