#!/usr/bin/env bash
set -euo pipefail
rm /etc/systemd/system/kubelet.service.d/99-tuning.conf
systemctl restart kubelet
