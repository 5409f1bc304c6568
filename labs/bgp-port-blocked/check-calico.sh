#!/usr/bin/env bash
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
pods=$(kubectl get pods -A -l k8s-app=calico-node --no-headers)
echo "$pods"
nodes=$(kubectl get nodes --no-headers | wc -l)
[ "$(awk '$3 == "1/1" && $4 == "Running"' <<<"$pods" | wc -l)" = "$nodes" ]
