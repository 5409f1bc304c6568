#!/usr/bin/env bash
# Succeeds when the four parts of this machine's control plane are ready.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
seen=$(kubectl -n kube-system get pods -l tier=control-plane --field-selector "spec.nodeName=$(hostname)" --no-headers)
echo "$seen"
for part in etcd kube-apiserver kube-controller-manager kube-scheduler; do
  grep -Eq "^$part-\S+ +1/1 +Running" <<<"$seen"
done
