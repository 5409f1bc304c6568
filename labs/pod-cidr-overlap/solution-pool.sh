#!/usr/bin/env bash
# A pool of its own range; the old one goes, with the blocks that were cut out of it.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
# as long as the pods of the old pool live, their addresses do
kubectl -n team delete daemonset web --wait=false
kubectl delete ippools.crd.projectcalico.org team
kubectl apply -f - <<YAML
apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata: { name: team-pods }
spec: { cidr: 10.245.0.0/16, blockSize: 26, ipipMode: CrossSubnet, natOutgoing: true, nodeSelector: all(), allowedUses: [Workload, Tunnel] }
YAML
kubectl annotate namespace team --overwrite cni.projectcalico.org/ipv4pools='["team-pods"]'
# blocks of the old pool, with the nodes' claims on them
kubectl get ipamblocks.crd.projectcalico.org -o name | { grep /192-168- || true; } | xargs -r kubectl delete
kubectl get blockaffinities.crd.projectcalico.org -o name | { grep -- -192-168- || true; } | xargs -r kubectl delete
