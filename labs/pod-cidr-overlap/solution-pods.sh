#!/usr/bin/env bash
# What the team ordered, again.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl wait --for=condition=Ready nodes --all --timeout=300s
kubectl apply -f /root/team/web.yaml
kubectl -n team rollout status daemonset/web --timeout=300s
