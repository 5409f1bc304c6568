#!/usr/bin/env bash
set -euo pipefail
rm -f /etc/systemd/system/kubelet.service.d/99-tuning.conf
systemctl daemon-reload
systemctl restart kubelet
