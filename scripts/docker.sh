#!/usr/bin/env bash
# Installs docker from the distribution's archive and, for Kubernetes 1.24 and newer, cri-dockerd in front of it. Run as root;
# may be run again. Up to 1.23 the kubelet spoke to docker itself.
#   KUBERNETES       version, "1.35" or "1.35.2"
#   CRI_DOCKERD      version of cri-dockerd, "0.3.24"
#   SANDBOX_IMAGE    optional: the pause image; "kubeadm": the one that the installed kubeadm wants
#   IMAGE_REPOSITORY optional: registry and path that stand for registry.k8s.io
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

: "${KUBERNETES:?}" "${CRI_DOCKERD:?}"
minor=$(cut -d. -f2 <<<"$KUBERNETES")

install() {
  if ! dpkg -s "$@" >/dev/null 2>&1; then
    dpkg --configure -a
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  fi
}
install docker.io

# The kubelet and docker must ask the same manager for cgroups, and where systemd is the first process that is systemd.
mkdir -p /etc/docker
cat >/etc/docker/daemon.json.new <<'DAEMON'
{
  "exec-opts": ["native.cgroupdriver=systemd"],
  "log-driver": "json-file",
  "log-opts": {
    "max-size": "100m"
  },
  "storage-driver": "overlay2"
}
DAEMON
if ! cmp -s /etc/docker/daemon.json.new /etc/docker/daemon.json; then
  # what was there first is kept
  if [ -f /etc/docker/daemon.json ] && [ ! -f /etc/docker/daemon.json-org ]; then
    cp -p /etc/docker/daemon.json /etc/docker/daemon.json-org
  fi
  mv /etc/docker/daemon.json.new /etc/docker/daemon.json
  systemctl restart docker
fi
rm -f /etc/docker/daemon.json.new
systemctl enable -q --now docker

if [ "$minor" -lt 24 ]; then
  exit 0
fi
if ! dpkg -s cri-dockerd >/dev/null 2>&1; then
  install ca-certificates curl
  # a static program: the packages of one release of each distribution do for its others
  case $(sed -n 's/^ID=//p' /etc/os-release) in
    ubuntu) system=ubuntu-jammy ;;
    *) system=debian-bookworm ;;
  esac
  package=cri-dockerd_$CRI_DOCKERD.3-0.${system}_$(dpkg --print-architecture).deb
  curl -fsSL "https://github.com/Mirantis/cri-dockerd/releases/download/v$CRI_DOCKERD/$package" -o "/tmp/$package"
  dpkg -i "/tmp/$package" >/dev/null
  rm -f "/tmp/$package"
fi
if [ "${SANDBOX_IMAGE:-}" = kubeadm ]; then
  repository=${IMAGE_REPOSITORY:+--image-repository=$IMAGE_REPOSITORY}
  # shellcheck disable=SC2086
  SANDBOX_IMAGE=$(kubeadm config images list --kubernetes-version "$(kubeadm version -o short)" $repository | grep /pause:)
fi
mkdir -p /etc/systemd/system/cri-docker.service.d
{
  echo '[Service]'
  echo 'ExecStart='
  echo "ExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd:// --network-plugin=cni${SANDBOX_IMAGE:+ --pod-infra-container-image=$SANDBOX_IMAGE}"
} >/etc/systemd/system/cri-docker.service.d/10-kubernetes.conf.new
if ! cmp -s /etc/systemd/system/cri-docker.service.d/10-kubernetes.conf{.new,}; then
  mv /etc/systemd/system/cri-docker.service.d/10-kubernetes.conf{.new,}
  systemctl daemon-reload
  systemctl restart cri-docker
fi
rm -f /etc/systemd/system/cri-docker.service.d/10-kubernetes.conf.new
systemctl enable -q --now cri-docker.socket cri-docker
