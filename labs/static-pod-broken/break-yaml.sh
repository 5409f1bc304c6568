#!/usr/bin/env bash
# A flag that exists, on a line with one space too few.
set -euo pipefail
sed -i 's/^    - kube-apiserver$/&\n   - --profiling=false/' /etc/kubernetes/manifests/kube-apiserver.yaml
grep -q '^   - --profiling' /etc/kubernetes/manifests/kube-apiserver.yaml
