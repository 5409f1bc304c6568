#!/usr/bin/env bash
# Succeeds when Calico has cut blocks for pods out of the nodes' own network.
set -euo pipefail
address=$(getent hosts "$(hostname)" | awk '{ print $1; exit }')
calicoctl ipam show --show-blocks | grep Block | grep -F " ${address%.*}."
