#!/usr/bin/env bash
# Succeeds when the endpoints of the service `kubernetes` are the control planes' addresses, and still are after the API servers wrote them again.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
wanted=$(kubectl get nodes -l node-role.kubernetes.io/control-plane \
  -o jsonpath='{range .items[*]}{.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}' | sort)
for pause in 0 30; do
  sleep "$pause"
  seen=$(kubectl -n default get endpoints kubernetes -o jsonpath='{range .subsets[*].addresses[*]}{.ip}{"\n"}{end}' 2>/dev/null | sort)
  if [ "$seen" != "$wanted" ]; then
    echo "endpoints:" $seen
    exit 1
  fi
done
echo "endpoints:" $seen
