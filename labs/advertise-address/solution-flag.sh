#!/usr/bin/env bash
set -euo pipefail
address=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get node "$(hostname)" -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}')
sed -i "s/--advertise-address=.*/--advertise-address=$address/" /etc/kubernetes/manifests/kube-apiserver.yaml
