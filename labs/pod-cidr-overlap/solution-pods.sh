#!/usr/bin/env bash
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl wait --for=condition=Ready nodes --all --timeout=300s
kubectl apply -f - <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: web, namespace: team }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      tolerations: [{ operator: Exists }]
      terminationGracePeriodSeconds: 1
      containers: [{ name: web, image: "nginx:1.29" }]
YAML
kubectl -n team rollout status daemonset/web --timeout=300s
