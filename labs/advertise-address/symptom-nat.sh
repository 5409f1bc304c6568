#!/usr/bin/env bash
# Succeeds when one of the endpoints is the address of the default route's interface.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
device=$(ip -4 route show default | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
address=$(ip -o -4 addr show dev "$device" | awk '{ sub("/.*", "", $4); print $4; exit }')
seen=$(kubectl -n default get endpoints kubernetes -o jsonpath='{.subsets[*].addresses[*].ip}' 2>/dev/null)
echo "endpoints: $seen"
[[ " $seen " == *" $address "* ]]
