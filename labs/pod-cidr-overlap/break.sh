#!/usr/bin/env bash
# "The team gets a pool that everybody in the building can reach": the network of the nodes.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
address=$(kubectl get node "$(hostname)" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
network=$(ip -o -4 route show scope link src "$address" proto kernel | awk '{ print $1; exit }')
kubectl apply -f - <<YAML
apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata: { name: team }
spec: { cidr: $network, blockSize: 26, ipipMode: CrossSubnet, natOutgoing: true, nodeSelector: all(), allowedUses: [Workload, Tunnel] }
---
apiVersion: v1
kind: Namespace
metadata:
  name: team
  annotations: { cni.projectcalico.org/ipv4pools: '["team"]' }
---
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
