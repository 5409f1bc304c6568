#!/usr/bin/env bash
# A smaller block size counts for blocks that are still to be made; the one that there is holds the whole pool.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl patch ippools.crd.projectcalico.org team --type merge -p '{"spec":{"blockSize":26}}'
