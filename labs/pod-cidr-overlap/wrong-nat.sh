#!/usr/bin/env bash
# natOutgoing is for packets that leave the cluster; it is not what changes the address here.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl patch ippools.crd.projectcalico.org team --type merge -p '{"spec":{"natOutgoing":false}}'
kubectl -n team delete pods --all --wait=false
