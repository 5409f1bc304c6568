#!/usr/bin/env bash
# The pool again, in a range of its own; the old one goes, with its pods and the blocks that were cut out of it.
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl wait --for=condition=Ready nodes --all --timeout=300s
old=$(kubectl get ippools.crd.projectcalico.org team -o jsonpath='{.spec.cidr}')
# as long as the pods of the old pool live, their addresses do
kubectl -n team delete daemonset web
kubectl -n team wait --for=delete pod -l app=web --timeout=120s
kubectl delete -f /root/team/pool.yaml
# /25 or /24: the first three numbers name it
digits=$(awk -F. '{ print $1 "-" $2 "-" $3 "-" }' <<<"$old")
kubectl get blockaffinities.crd.projectcalico.org -o name | { grep -F -- "-$digits" || true; } | xargs -r kubectl delete
kubectl get ipamblocks.crd.projectcalico.org -o name | { grep -F "/$digits" || true; } | xargs -r kubectl delete
sed -i 's#cidr: [^,]*, blockSize: [0-9]*#cidr: 10.245.0.0/16, blockSize: 26#' /root/team/pool.yaml
kubectl apply -f /root/team/pool.yaml
