#!/usr/bin/env bash
# Succeeds when the node's pods have been started again and again although nothing in them failed.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl get pods -A --field-selector spec.nodeName=worker1 --no-headers \
  -o custom-columns='NAME:.metadata.name,RESTARTS:.status.containerStatuses[*].restartCount' |
  awk '{ print; n = split($2, r, ","); for (i = 1; i <= n; i++) if (r[i] > 1) again = 1 } END { exit !again }'
