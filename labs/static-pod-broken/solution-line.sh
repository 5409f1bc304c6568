#!/usr/bin/env bash
set -euo pipefail
sed -i '/--anonymous-authentication/d' /etc/kubernetes/manifests/kube-apiserver.yaml
