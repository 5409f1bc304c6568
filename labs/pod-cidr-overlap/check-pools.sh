#!/usr/bin/env bash
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
address=$(kubectl get node "$(hostname)" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
network=$(ip -o -4 route show scope link src "$address" proto kernel | awk '{ print $1; exit }')
kubectl get ippools.crd.projectcalico.org -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.spec.cidr}{"\n"}{end}' | tee /dev/stderr |
  awk -v network="$network" '
    function number(text, part) { split(text, part, "."); return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4] }
    function first(cidr, part) { split(cidr, part, "/"); return number(part[1]) }
    function size(cidr, part) { split(cidr, part, "/"); return 2 ^ (32 - part[2]) }
    first($2) < first(network) + size(network) && first(network) < first($2) + size($2) { bad = 1; print $1 " overlaps " network }
    END { exit NR == 0 || bad }'
