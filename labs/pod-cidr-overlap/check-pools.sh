#!/usr/bin/env bash
# No pool may reach into the nodes' own network, and the team's pods must have their addresses from a pool that there is.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
address=$(kubectl get node "$(hostname)" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
network=$(ip -o -4 route show scope link src "$address" proto kernel | awk '{ print $1; exit }')
pools=$(kubectl get ippools.crd.projectcalico.org -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.spec.cidr}{"\n"}{end}')
pods=$(kubectl -n team get pods -l app=web -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.podIP}{"\n"}{end}' 2>/dev/null || true)
echo "$pools"
awk -v network="$network" '
  function number(text, part) { split(text, part, "."); return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4] }
  function first(cidr, part) { split(cidr, part, "/"); return number(part[1]) }
  function size(cidr, part) { split(cidr, part, "/"); return 2 ^ (32 - part[2]) }
  NF < 2 { next }
  FNR == NR { pools[++n] = $2; if (first($2) < first(network) + size(network) && first(network) < first($2) + size($2)) { bad = 1; print $1 " overlaps " network } next }
  { home = 0; for (i = 1; i <= n; i++) if (number($2) >= first(pools[i]) && number($2) < first(pools[i]) + size(pools[i])) home = 1
    if (!home) { bad = 1; print $1 " has " $2 ", which is in no pool" } }
  END { exit n == 0 || bad }' <(echo "$pools") <(echo "$pods")
