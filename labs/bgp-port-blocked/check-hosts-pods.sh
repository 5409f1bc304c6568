#!/usr/bin/env bash
# One probe pod a node; each must answer each other's ping.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl apply -f - >/dev/null <<'YAML'
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: probe, namespace: default }
spec:
  selector: { matchLabels: { app: probe } }
  template:
    metadata: { labels: { app: probe } }
    spec:
      tolerations: [{ operator: Exists }]
      terminationGracePeriodSeconds: 1
      containers:
        - { name: probe, image: "busybox:1.35", command: [sleep, "3600"] }
YAML
kubectl rollout status daemonset/probe --timeout=90s >/dev/null
addresses=$(kubectl get pods -l app=probe -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}')
failed=0
for pod in $(kubectl get pods -l app=probe -o name); do
  for address in $addresses; do
    kubectl exec "$pod" -- ping -c 1 -W 3 "$address" >/dev/null || {
      echo "$pod does not reach $address"
      failed=1
    }
  done
done
kubectl delete daemonset probe --wait=false >/dev/null
[ "$failed" = 0 ] && echo "every pod reaches every other"
exit "$failed"
