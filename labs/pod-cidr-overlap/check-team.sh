#!/usr/bin/env bash
# What /root/team/web.yaml orders must run on every node, and its pods must reach each other. Where nothing was ordered, nothing is due.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
if [ ! -f /root/team/web.yaml ]; then
  echo "no team has ordered anything"
  exit 0
fi
kubectl -n team get pods -o wide
nodes=$(kubectl get nodes --no-headers | wc -l)
[ "$(kubectl -n team get pods -l app=web --no-headers | awk '$2 == "1/1" && $3 == "Running"' | wc -l)" = "$nodes" ]
addresses=$(kubectl -n team get pods -l app=web -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}')
for pod in $(kubectl -n team get pods -l app=web -o name); do
  for address in $addresses; do
    kubectl -n team exec "$pod" -- curl -s -o /dev/null -m 3 "http://$address/" || {
      echo "$pod does not reach $address"
      exit 1
    }
  done
done
