#!/usr/bin/env bash
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
namespace=$(kubectl get pods -A -l k8s-app=calico-node --no-headers | awk '{print $1; exit}')
kubectl -n "$namespace" rollout restart daemonset/calico-node
kubectl -n team delete pods --all --wait=false
