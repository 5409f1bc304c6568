#!/usr/bin/env bash
# One probe pod a node; each must answer from each other.
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
        - { name: web, image: "nginx:1.29" }
YAML
kubectl rollout status daemonset/probe --timeout=90s >/dev/null
addresses=$(kubectl get pods -l app=probe -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}')
failed=0
for pod in $(kubectl get pods -l app=probe -o name); do
  # one exec a pod: each takes longer than the answer that it waits for
  kubectl exec "$pod" -- sh -c 'for address; do
    curl -s -o /dev/null -m 3 "http://$address/" || { echo "$0 does not reach $address"; failed=1; }
  done
  exit "${failed:-0}"' "$pod" $addresses || failed=1
done
kubectl delete daemonset probe --wait=false >/dev/null
[ "$failed" = 0 ] && echo "every pod reaches every other"
exit "$failed"
