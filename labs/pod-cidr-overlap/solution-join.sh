#!/usr/bin/env bash
# A new join command from the control plane, over SSH between the nodes.
set -euo pipefail
join=$(ssh -o StrictHostKeyChecking=accept-new controlplane kubeadm token create --print-join-command)
# shellcheck disable=SC2086 -- the command is a list of words
$join --node-name "$(hostname)"
