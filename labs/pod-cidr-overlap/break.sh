#!/usr/bin/env bash
# A team gets a pool of its own, and pods in it.
#   POOL              optional: its range; "a pool that everybody in the building can reach" when missing: a piece of the nodes' network
#   BLOCK_SIZE        optional: prefix length of its blocks
#   STRICT_AFFINITY   optional: "true": the addresses of a node's block are that node's alone
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
if [ -z "${POOL:-}" ]; then
  address=$(kubectl get node "$(hostname)" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
  # half of the nodes' /24, the half that the nodes are in
  POOL=$(awk -F. '{ print $1 "." $2 "." $3 "." ($4 < 128 ? 0 : 128) "/25" }' <<<"$address")
fi
if [ "${STRICT_AFFINITY:-}" = true ]; then
  calicoctl ipam configure --strictaffinity=true
fi
mkdir -p /root/team
cat >/root/team/pool.yaml <<YAML
apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata: { name: team }
spec: { cidr: $POOL, blockSize: ${BLOCK_SIZE:-26}, ipipMode: CrossSubnet, natOutgoing: true, nodeSelector: all(), allowedUses: [Workload, Tunnel] }
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
