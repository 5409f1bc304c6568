#!/usr/bin/env bash
# Installs CRI-O from its community packages and sets it up for the kubelet. Run as root; may be run again.
#   KUBERNETES       version, "1.35" or "1.35.2": CRI-O's minor version is the same
#   SANDBOX_IMAGE    optional: the pause image
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

: "${KUBERNETES:?}"
minor=$(cut -d. -f1,2 <<<"$KUBERNETES")

if ! dpkg -s cri-o ca-certificates curl gnupg >/dev/null 2>&1; then
  dpkg --configure -a
  if ! dpkg -s ca-certificates curl gnupg >/dev/null 2>&1; then
    apt-get update -qq
    apt-get install -y -qq ca-certificates curl gnupg >/dev/null
  fi
  mkdir -p -m 755 /etc/apt/keyrings
  repository="https://download.opensuse.org/repositories/isv:/cri-o:/stable:/v$minor/deb"
  curl -fsSL "$repository/Release.key" | gpg --dearmor --batch --yes -o /etc/apt/keyrings/cri-o-apt-keyring.gpg
  echo "deb [signed-by=/etc/apt/keyrings/cri-o-apt-keyring.gpg] $repository/ /" >/etc/apt/sources.list.d/cri-o.list
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends cri-o >/dev/null
fi

# The kubelet and CRI-O must ask the same manager for cgroups; and a bridge network of the package would be taken for the pods'.
mkdir -p /etc/crio/crio.conf.d /etc/containers/registries.conf.d
{
  printf '[crio.runtime]\ncgroup_manager = "systemd"\n'
  if [ -n "${SANDBOX_IMAGE:-}" ]; then
    printf '\n[crio.image]\npause_image = "%s"\n' "$SANDBOX_IMAGE"
  fi
} >/etc/crio/crio.conf.d/20-kubernetes.conf.new
rm -f /etc/cni/net.d/*crio*.conflist
# One registry for short names, so that "nginx" means one image: with two of them CRI-O 1.34 and newer refuse it.
printf 'unqualified-search-registries = ["docker.io"]\n' >/etc/containers/registries.conf.d/kubernetes.conf

if ! cmp -s /etc/crio/crio.conf.d/20-kubernetes.conf.new /etc/crio/crio.conf.d/20-kubernetes.conf; then
  mv /etc/crio/crio.conf.d/20-kubernetes.conf.new /etc/crio/crio.conf.d/20-kubernetes.conf
  systemctl restart crio
fi
rm -f /etc/crio/crio.conf.d/20-kubernetes.conf.new
systemctl enable -q --now crio
