#!/usr/bin/env bash
# Succeeds when calico-node is ready on all nodes but worker1.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl get pods -A -l k8s-app=calico-node --field-selector spec.nodeName!=worker1 --no-headers |
  awk '{ print } $3 != "1/1" { bad = 1 } END { exit NR == 0 || bad }'
