#!/usr/bin/env bash
# 10.244.0.0/15 is the cluster's range and the team's together: tell kubeadm's record and kube-proxy.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
for name in kube-proxy kubeadm-config; do
  kubectl -n kube-system get configmap "$name" -o yaml |
    sed -E 's#(clusterCIDR|podSubnet): 10\.244\.0\.0/16#\1: 10.244.0.0/15#' | kubectl apply -f - >/dev/null
done
kubectl -n kube-system rollout restart daemonset/kube-proxy
kubectl -n kube-system rollout status daemonset/kube-proxy --timeout=300s
