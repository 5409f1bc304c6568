#!/usr/bin/env bash
set -euo pipefail
sed -i 's/^clusterDNS: \(.*\)/clusterDNS:\n- \1/' /var/lib/kubelet/config.yaml
systemctl restart kubelet
