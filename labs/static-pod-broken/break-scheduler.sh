#!/usr/bin/env bash
# A tag that was never pushed.
set -euo pipefail
sed -i 's|^\( *image: .*kube-scheduler:v[0-9.]*\)$|\1-patched|' /etc/kubernetes/manifests/kube-scheduler.yaml
grep -q 'image: .*-patched$' /etc/kubernetes/manifests/kube-scheduler.yaml
