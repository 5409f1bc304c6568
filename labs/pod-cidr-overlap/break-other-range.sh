#!/usr/bin/env bash
# A pool that the rest of the cluster was never told about.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
mkdir -p /root/team
cat >/root/team/pool.yaml <<'YAML'
apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata: { name: team }
spec: { cidr: 10.245.0.0/16, blockSize: 26, ipipMode: CrossSubnet, natOutgoing: true, nodeSelector: all(), allowedUses: [Workload, Tunnel] }
YAML
cat >/root/team/namespace.yaml <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: team
  annotations: { cni.projectcalico.org/ipv4pools: '["team"]' }
YAML
cat >/root/team/web.yaml <<'YAML'
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
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: team }
spec:
  selector: { app: web }
  ports: [{ port: 80 }]
YAML
kubectl apply -f /root/team/pool.yaml -f /root/team/namespace.yaml -f /root/team/web.yaml
