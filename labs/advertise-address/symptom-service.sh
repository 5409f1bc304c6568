#!/usr/bin/env bash
# Succeeds when the API server does not answer at its service's address.
set -euo pipefail
address=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf -n default get service kubernetes -o jsonpath='{.spec.clusterIP}')
# a gateway on the way may answer for an address that nobody has: only the API server says ok
if [ "$(curl -ks --max-time 10 "https://$address/livez")" = ok ]; then
  echo "the API server answers at $address"
  exit 1
fi
echo "no answer at $address"
