#!/usr/bin/env bash
# Succeeds when calico-node on worker1 is ready.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
line=$(kubectl get pods -A -l k8s-app=calico-node --field-selector spec.nodeName=worker1 --no-headers)
echo "$line"
[ "$(awk '{print $3}' <<<"$line")" = 1/1 ]
