#!/usr/bin/env bash
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl -n team get pods -o wide
nodes=$(kubectl get nodes --no-headers | wc -l)
[ "$(kubectl -n team get pods --no-headers | awk '$2 == "1/1" && $3 == "Running"' | wc -l)" = "$nodes" ] || exit 1
addresses=$(kubectl -n team get pods -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}')
for pod in $(kubectl -n team get pods -o name); do
  for address in $addresses; do
    kubectl -n team exec "$pod" -- curl -s -o /dev/null -m 3 "http://$address/" || {
      echo "$pod does not reach $address"
      exit 1
    }
  done
done
