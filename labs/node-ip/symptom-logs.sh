#!/usr/bin/env bash
# Succeeds when the API server looks for the kubelet of worker1 where it is not.
set -uo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
pod=$(kubectl -n kube-system get pods -l k8s-app=kube-proxy --field-selector spec.nodeName=worker1 -o name)
seen=$(timeout 90 kubectl -n kube-system logs --tail=1 "$pod" 2>&1)
echo "$seen"
grep -q '172\.29\.0\.1:10250' <<<"$seen"
