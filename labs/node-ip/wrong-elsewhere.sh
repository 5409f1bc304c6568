#!/usr/bin/env bash
# The control plane knows worker1's right address already: it is worker1 that does not.
set -euo pipefail
address=$(getent ahostsv4 worker1 | awk '{ print $1; exit }')
grep -q "^$address worker1$" /etc/hosts || echo "$address worker1" >>/etc/hosts
systemctl restart kubelet
