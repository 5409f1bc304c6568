#!/usr/bin/env bash
set -euo pipefail
command=$(kubeadm token create --print-join-command)
ssh -o StrictHostKeyChecking=accept-new worker1 "$command"
