#!/usr/bin/env bash
# One probe pod a node; each must answer each other's ping.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
# a name of its own: pods of the look before may still be ending
name=probe-$RANDOM
trap 'kubectl delete daemonset "$name" --wait=false >/dev/null 2>&1 || true' EXIT
kubectl apply -f - >/dev/null <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: $name, namespace: default }
spec:
  selector: { matchLabels: { app: $name } }
  template:
    metadata: { labels: { app: $name } }
    spec:
      tolerations: [{ operator: Exists }]
      terminationGracePeriodSeconds: 1
      containers:
        - { name: probe, image: "busybox:1.35", command: [sleep, "3600"] }
YAML
kubectl rollout status "daemonset/$name" --timeout=90s >/dev/null
addresses=$(kubectl get pods -l "app=$name" -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}')
failed=0
for pod in $(kubectl get pods -l "app=$name" -o name); do
  for address in $addresses; do
    kubectl exec "$pod" -- ping -c 1 -W 3 "$address" >/dev/null || {
      echo "$pod does not reach $address"
      failed=1
    }
  done
done
[ "$failed" = 0 ] && echo "every pod reaches every other"
exit "$failed"
