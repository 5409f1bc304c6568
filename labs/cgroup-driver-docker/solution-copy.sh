#!/usr/bin/env bash
# worker2 is healthy: its file is the right one here too.
set -euo pipefail
ssh -o StrictHostKeyChecking=accept-new worker2 cat /etc/docker/daemon.json >/tmp/daemon.json
cp /tmp/daemon.json /etc/docker/daemon.json
systemctl restart docker kubelet
