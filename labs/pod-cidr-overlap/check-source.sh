#!/usr/bin/env bash
# The team's pods call their own service; a pod that answers another one must have seen that one's address.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
if [ ! -f /root/team/web.yaml ]; then
  echo "no team has ordered anything"
  exit 0
fi
run=$(date +%s)-$RANDOM
service=$(kubectl -n team get service web -o jsonpath='{.spec.clusterIP}')
pods=$(kubectl -n team get pods -l app=web -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.podIP}{"\n"}{end}')
while read -r pod address; do
  kubectl -n team exec "$pod" -- sh -c "for i in 1 2 3 4 5 6 7 8; do curl -s -o /dev/null -m 3 'http://$service/?probe=$run-$address'; done" </dev/null || {
    echo "$pod does not reach the service"
    exit 1
  }
done <<<"$pods"
while read -r pod address; do
  kubectl -n team logs "$pod" --since=60s </dev/null | { grep -F "probe=$run-" || true; } | sed "s/^/$address /"
done <<<"$pods" | awk '
  { client = $8; sub(/^.*-/, "", client) }
  client == $1 { next } # to itself through the service: always another address
  { n++; if ($2 != client) { wrong++; seen[$2]++ } }
  END {
    for (address in seen) print seen[address] " of " n " calls seemed to come from " address
    if (n > 0 && !wrong) print "all " n " calls came from the pods that made them"
    exit n == 0 || wrong
  }'
