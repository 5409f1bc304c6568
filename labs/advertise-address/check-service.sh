#!/usr/bin/env bash
# Succeeds when the API server answers at its service's address.
set -euo pipefail
address=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf -n default get service kubernetes -o jsonpath='{.spec.clusterIP}')
if [ "$(curl -kfsS --max-time 10 "https://$address/livez")" != ok ]; then
  echo "no answer at $address"
  exit 1
fi
