#!/usr/bin/env bash
# The pool says something else now; the blocks that were cut out of it do not.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl patch ippools.crd.projectcalico.org team --type merge -p '{"spec":{"cidr":"10.245.0.0/16"}}'
