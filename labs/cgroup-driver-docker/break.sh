#!/usr/bin/env bash
# A page about docker told somebody to write this file.
set -euo pipefail
cat >/etc/docker/daemon.json <<'JSON'
{
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "log-driver": "json-file",
  "log-opts": {
    "max-size": "100m"
  },
  "storage-driver": "overlay2"
}
JSON
systemctl restart docker kubelet
