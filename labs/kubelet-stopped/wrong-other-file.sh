#!/usr/bin/env bash
set -euo pipefail
mkdir -p /etc/systemd/system/kubelet.service.d
printf '[Service]\nEnvironment="KUBELET_CONFIG_ARGS=--config=/etc/kubernetes/kubelet.yaml"\n' >/etc/systemd/system/kubelet.service.d/20-config.conf
systemctl daemon-reload
systemctl restart kubelet
