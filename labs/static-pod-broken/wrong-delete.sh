#!/usr/bin/env bash
set -euo pipefail
kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system delete pod "kube-scheduler-$(hostname)" --wait=false
