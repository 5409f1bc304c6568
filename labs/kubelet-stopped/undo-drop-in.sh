#!/usr/bin/env bash
# With the file that the drop-in named, should somebody have made it.
set -euo pipefail
rm -f /etc/systemd/system/kubelet.service.d/99-tuning.conf /etc/kubernetes/kubelet-tuned.yaml
systemctl daemon-reload
systemctl restart kubelet
