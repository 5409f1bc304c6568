#!/usr/bin/env bash
# Succeeds when the four parts of this machine's control plane are ready. While the API server was away nobody could tell it how its pods
# are: what it says of one counts when it is about the container that runs now.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl -n kube-system get pods -l tier=control-plane --field-selector "spec.nodeName=$(hostname)" --no-headers
for part in etcd kube-apiserver kube-controller-manager kube-scheduler; do
  read -r ready id < <(kubectl -n kube-system get pod "$part-$(hostname)" \
    -o jsonpath='{.status.containerStatuses[0].ready} {.status.containerStatuses[0].containerID}{"\n"}')
  case $id in
    docker://*) running=$(docker ps --no-trunc -q --filter "name=k8s_${part}_") ;;
    *) running=$(crictl ps --state Running --name "$part" -q) ;;
  esac
  if [ "$ready" != true ] || [ "${id#*://}" != "$running" ]; then
    echo "$part is not ready, or its status is that of a container before"
    exit 1
  fi
done
