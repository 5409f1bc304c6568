#!/usr/bin/env bash
# Waits until all nodes are Ready and the system's pods are up. Run as root on a control plane.
#   NODES   how many nodes there must be
#   CNI     "calico", "flannel", "bridge" or another name
set -euo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf

: "${NODES:?}" "${CNI:?}"

for _ in $(seq 1 120); do
  [ "$(kubectl get nodes --no-headers 2>/dev/null | wc -l)" -ge "$NODES" ] && break
  sleep 2
done
if [ "$CNI" = none ]; then
  kubectl get nodes
  exit 0
fi
if ! kubectl wait --for=condition=Ready nodes --all --timeout=600s; then
  # the kubelets say why
  kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name}: {.status.conditions[?(@.type=="Ready")].message}{"\n"}{end}' >&2
  exit 1
fi
# the daemon set appears only after the operator has read its Installation
namespace=$(kubectl get ns calico-system >/dev/null 2>&1 && echo calico-system || echo kube-system)
if [ "$CNI" = calico ]; then
  kubectl -n "$namespace" rollout status daemonset/calico-node --timeout=600s
fi
if [ "$CNI" = flannel ]; then
  kubectl -n kube-flannel rollout status daemonset/kube-flannel-ds --timeout=600s
fi
if [ "$CNI" = bridge ]; then
  # Ready says nothing of routes, and BGP takes some seconds
  for range in $(kubectl get nodes -o "jsonpath={.items[?(@.metadata.name!='$(hostname)')].spec.podCIDR}"); do
    for _ in $(seq 60); do
      [ -n "$(ip route show "$range")" ] && break
      sleep 2
    done
    if [ -z "$(ip route show "$range")" ]; then
      echo "no route to the pods in $range: see \`ip route\`, and \`birdc show protocols\` where routes are learnt" >&2
      exit 1
    fi
  done
fi
# a node is Ready without it, and reaches no service
kubectl -n kube-system rollout status daemonset/kube-proxy --timeout=300s
kubectl -n kube-system rollout status deployment/coredns --timeout=300s
# a static pod is ready only after its start-up probe, half a minute after it runs; its kubelet may not have registered it yet
for _ in $(seq 60); do
  [ -n "$(kubectl -n kube-system get pods -l tier=control-plane -o name)" ] && break
  sleep 2
done
kubectl -n kube-system wait --for=condition=Ready pods -l tier=control-plane --timeout=300s
