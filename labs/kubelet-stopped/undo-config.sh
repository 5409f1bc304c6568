#!/usr/bin/env bash
set -euo pipefail
rm -f /etc/systemd/system/kubelet.service.d/20-config.conf
sed -i 's/^clusterDNS: \([0-9].*\)/clusterDNS:\n- \1/' /var/lib/kubelet/config.yaml
systemctl daemon-reload
systemctl restart kubelet
