#!/usr/bin/env bash
# Succeeds when every node's InternalIP is one that this control plane reaches from its own, and no two are the same.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
own=$(kubectl get node "$(hostname)" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
nodes=$(kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}')
echo "$nodes"
[ -z "$(awk '{ print $2 }' <<<"$nodes" | sort | uniq -d)" ]
while read -r name address; do
  source=$(ip -4 route get "$address" | sed -n 's/.* src \([0-9.]*\).*/\1/p')
  if [ "$source" != "$own" ]; then
    echo "$name: $address is not on the network of $own"
    exit 1
  fi
done <<<"$nodes"
