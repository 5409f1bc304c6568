#!/usr/bin/env bash
set -euo pipefail
sed -i 's/--anonymous-authentication=/--anonymous-auth=/' /etc/kubernetes/manifests/kube-apiserver.yaml
