#!/usr/bin/env bash
# Succeeds when the readiness probe of worker1's calico-node names exactly the other nodes.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
pod=$(kubectl get pods -A -l k8s-app=calico-node --field-selector spec.nodeName=worker1 -o jsonpath='{.items[0].metadata.name}')
text=$(kubectl get events -A --field-selector "involvedObject.name=$pod,reason=Unhealthy" -o jsonpath='{range .items[*]}{.message}{"\n"}{end}' |
  grep -o 'BIRD is not ready: BGP not established with [0-9.,]*' | tail -n 1)
echo "$text"
named=$(sed 's/.* with //; s/,/\n/g' <<<"$text" | sort)
others=$(kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}' |
  awk '$1 != "worker1" { print $2 }' | sort)
[ "$named" = "$others" ]
