#!/usr/bin/env bash
# The team's pods go back to the cluster's own pool, which everybody knows.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
sed -i '/annotations:/d' /root/team/namespace.yaml
kubectl annotate namespace team cni.projectcalico.org/ipv4pools-
kubectl -n team rollout restart daemonset/web
kubectl -n team rollout status daemonset/web --timeout=300s
kubectl delete -f /root/team/pool.yaml
