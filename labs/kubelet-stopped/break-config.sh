#!/usr/bin/env bash
# The address of the cluster's DNS, set by a script that did not know that the field is a list.
set -euo pipefail
sed -i -e '/^clusterDNS:$/{N;s/\n *- */ /}' /var/lib/kubelet/config.yaml
grep -q '^clusterDNS: [0-9]' /var/lib/kubelet/config.yaml
systemctl restart kubelet
