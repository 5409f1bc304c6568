#!/usr/bin/env bash
set -euo pipefail
sed -i 's|-patched$||' /etc/kubernetes/manifests/kube-scheduler.yaml
