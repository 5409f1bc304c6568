#!/usr/bin/env bash
# Somebody's tuning: a drop-in that names a configuration which was never copied.
set -euo pipefail
mkdir -p /etc/systemd/system/kubelet.service.d
cat >/etc/systemd/system/kubelet.service.d/99-tuning.conf <<'CONF'
# performance tuning
[Service]
Environment="KUBELET_CONFIG_ARGS=--config=/etc/kubernetes/kubelet-tuned.yaml"
CONF
systemctl daemon-reload
systemctl restart kubelet
