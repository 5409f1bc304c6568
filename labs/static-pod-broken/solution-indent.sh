#!/usr/bin/env bash
set -euo pipefail
sed -i 's/^ *- --profiling=false$/    - --profiling=false/' /etc/kubernetes/manifests/kube-apiserver.yaml
