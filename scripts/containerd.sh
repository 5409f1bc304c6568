#!/usr/bin/env bash
# Installs containerd from the distribution's archive and sets it up for the kubelet. Run as root; may be run again.
#   SANDBOX_IMAGE            optional: the pause image; "kubeadm": the one that the installed kubeadm wants
#   IMAGE_REPOSITORY         optional: registry and path that stand for registry.k8s.io
#   RESTRICT_OOM_SCORE_ADJ   optional: "true" on machines without CAP_SYS_RESOURCE
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

if ! dpkg -s containerd >/dev/null 2>&1; then
  dpkg --configure -a
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends containerd >/dev/null
fi

# Ubuntu boots with systemd as the one cgroup manager, so runc must ask systemd for its cgroups, as the kubelet does.
mkdir -p /etc/containerd
if [ "${SANDBOX_IMAGE:-}" = kubeadm ]; then
  repository=${IMAGE_REPOSITORY:+--image-repository=$IMAGE_REPOSITORY}
  # shellcheck disable=SC2086
  SANDBOX_IMAGE=$(kubeadm config images list --kubernetes-version "$(kubeadm version -o short)" $repository | grep /pause:)
fi
changes=(-e 's/SystemdCgroup = false/SystemdCgroup = true/')
if [ -n "${SANDBOX_IMAGE:-}" ]; then
  # containerd 1.x calls it sandbox_image, 2.x sandbox
  changes+=(-e "s|^\( *\)sandbox_image = .*|\1sandbox_image = \"$SANDBOX_IMAGE\"|" -e "s|^\( *\)sandbox = .*|\1sandbox = \"$SANDBOX_IMAGE\"|")
fi
if [ "${RESTRICT_OOM_SCORE_ADJ:-}" = true ]; then
  changes+=(-e 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/')
fi
# a distribution may have moved the plugins elsewhere; kubernetes-cni installs them here
changes+=(-e 's|bin_dir = "/usr/lib/cni"|bin_dir = "/opt/cni/bin"|')
containerd config default | sed "${changes[@]}" >/etc/containerd/config.toml.new
if ! cmp -s /etc/containerd/config.toml.new /etc/containerd/config.toml; then
  # what was there first is kept
  if [ -f /etc/containerd/config.toml ] && [ ! -f /etc/containerd/config.toml-org ]; then
    cp -p /etc/containerd/config.toml /etc/containerd/config.toml-org
  fi
  mv /etc/containerd/config.toml.new /etc/containerd/config.toml
  systemctl restart containerd
fi
rm -f /etc/containerd/config.toml.new
systemctl enable -q --now containerd
