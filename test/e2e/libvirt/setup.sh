#!/usr/bin/env bash
# Makes a Debian 12 host run Vagrant machines with libvirt and QEMU in software emulation: real kernels without KVM, ten times slower
# than with it. PID 1 need not be systemd. Run as root; may be run again.
#   KUBEMEND_E2E   scratch folder for Vagrant's home, the box and the machines' disks (default: ~/.cache/kubemend)
# Afterwards `. "$KUBEMEND_E2E/libvirt/env"` gives the environment in which Vagrant, and so the product, uses these machines.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=${KUBEMEND_E2E:-${XDG_CACHE_HOME:-$HOME/.cache}/kubemend}/libvirt
export DEBIAN_FRONTEND=noninteractive

packages=(vagrant vagrant-libvirt libvirt-daemon libvirt-daemon-driver-qemu libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils
  mmdebstrap e2fsprogs dnsmasq-base iptables iproute2)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

mkdir -p "$scratch/vagrant.d" "$scratch/images" "$scratch/run"
scratch=$(cd "$scratch" && pwd)

# A libvirtd that runs already, as it does on a host with systemd, is used as it is.
if ! virsh -q -c qemu:///system version >/dev/null 2>&1; then
  # Machines run as root, because the scratch folder may be where libvirt-qemu has no right to go.
  # namespaces: where /dev/kvm is hidden (below), libvirtd cannot make the machines' own /dev.
  printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'namespaces = []' >"$scratch/run/qemu.conf"
  : >"$scratch/run/no-kvm"
  mkdir -p /run/libvirt
  # Sessions of their own, and no log of ours held open: they outlive this script. Not -d: then $! is the daemon, and cleanup.sh
  # ends it and no other.
  # /etc/libvirt/qemu.conf stays as it is: libvirtd sees ours, in a mount namespace of its own. There it has no /dev/kvm to write to:
  # while it has, and QEMU makes nothing of it, as in a virtual machine, QEMU is asked anew at every step, ten seconds each.
  setsid virtlogd </dev/null >"$scratch/run/virtlogd.log" 2>&1 &
  echo $! >"$scratch/run/virtlogd.pid"
  # shellcheck disable=SC2016
  setsid unshare --mount --propagation private bash -c '
    mount --bind "$1/qemu.conf" /etc/libvirt/qemu.conf
    if [ -e /dev/kvm ]; then
      mount --bind "$1/no-kvm" /dev/kvm
      mount -o remount,bind,ro /dev/kvm
    fi
    exec libvirtd' - "$scratch/run" </dev/null >"$scratch/run/libvirtd.log" 2>&1 &
  echo $! >"$scratch/run/libvirtd.pid"
  for _ in $(seq 60); do
    if virsh -q -c qemu:///system version >/dev/null 2>&1; then break; fi
    sleep 0.5
  done
  virsh -q -c qemu:///system version >/dev/null || { cat "$scratch/run/libvirtd.log" >&2; exit 1; }
fi

cp "$here"/vagrant-home/* "$scratch/vagrant.d/"
cat >"$scratch/env" <<ENV
export VAGRANT_HOME='$scratch/vagrant.d' VAGRANT_DEFAULT_PROVIDER=libvirt VAGRANT_CHECKPOINT_DISABLE=1
ENV
. "$scratch/env"
POOL=$scratch/images "$here/box.sh" "$scratch/box"

# a pool of our own, which is gone with libvirtd, or with cleanup.sh
if ! virsh -q -c qemu:///system pool-info kubemend >/dev/null 2>&1; then
  virsh -q -c qemu:///system pool-create-as kubemend dir --target "$scratch/images"
fi
virsh -q -c qemu:///system pool-refresh kubemend
