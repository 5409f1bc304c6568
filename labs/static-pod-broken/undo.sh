#!/usr/bin/env bash
set -euo pipefail
cd /etc/kubernetes/manifests
sed -i -e '/--anonymous-auth/d' -e '/--profiling=false/d' kube-apiserver.yaml
sed -i 's|-patched$||' kube-scheduler.yaml
