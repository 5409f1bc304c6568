#!/usr/bin/env bash
# Succeeds when a pod of the team has been without an address for a while.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl -n team get pods -o wide | grep ContainerCreating
kubectl -n team get events --field-selector reason=FailedCreatePodSandBox | tail -n 2
