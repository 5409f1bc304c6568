#!/usr/bin/env bash
# A configuration management run that wrote containerd's defaults over what stood there.
set -euo pipefail
containerd config default >/etc/containerd/config.toml
systemctl restart containerd kubelet
# what runs stays as it is until it is made anew: the run ended by stopping every pod
crictl pods -q | xargs -r crictl stopp >/dev/null
