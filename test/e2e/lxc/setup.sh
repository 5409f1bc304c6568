#!/usr/bin/env bash
# Makes a Debian 12 host run Vagrant machines as LXC containers: no hypervisor, no KVM; PID 1 need not be systemd. Run as root; may
# be run again.
#   KUBEMEND_E2E   scratch folder for Vagrant's home and the box (default: ~/.cache/kubemend)
# Afterwards `. "$KUBEMEND_E2E/env"` gives the environment in which Vagrant, and so the product, uses these machines.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=${KUBEMEND_E2E:-${XDG_CACHE_HOME:-$HOME/.cache}/kubemend}
export DEBIAN_FRONTEND=noninteractive

packages=(vagrant vagrant-lxc lxc mmdebstrap dnsmasq-base iptables iproute2 bridge-utils sudo kmod)
if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

mkdir -p "$scratch/vagrant.d/machines"
scratch=$(cd "$scratch" && pwd)

# vagrant-lxc looks for a cgroup that is named exactly like the container
mkdir -p /etc/lxc
grep -qsx 'lxc.cgroup.pattern = lxc/%n' /etc/lxc/lxc.conf || echo 'lxc.cgroup.pattern = lxc/%n' >>/etc/lxc/lxc.conf

# lxcbr0 with DHCP and NAT is the first interface of every machine, as VirtualBox's NAT is. One for the whole host: only who
# started it stops it. Its DHCP server may have been killed and the bridge left, by whoever ended all processes of a session: then
# it is nobody's, and machines on it get no address.
pid=$(cat /run/lxc/dnsmasq.pid 2>/dev/null || true)
if [ ! -d /sys/class/net/lxcbr0 ] || [ "$(cat "/proc/${pid:-none}/comm" 2>/dev/null)" != dnsmasq ]; then
  # the number of the dead server may be another process's by now, which lxc-net would kill
  rm -f /run/lxc/network_up /run/lxc/dnsmasq.pid
  /usr/libexec/lxc/lxc-net start >/dev/null
  touch "$scratch/lxc-net-started"
fi

# What a broken cluster sends to an address that is nowhere (a bridge of another machine, pods to which a route is lost) follows its
# machines' default route to this host, and would go on to whoever has that address outside. Private networks end here; the archive
# of Debian may be in one.
chain=KUBEMEND-E2E
iptables -w -N "$chain" 2>/dev/null || iptables -w -F "$chain"
sources=${DEBIAN_SOURCES:-/etc/apt/sources.list.d/debian.sources}
for archive in $(grep -v '^#' "$sources" | grep -oE 'https?://[^/: ]+' | sed 's,.*/,,' | sort -u); do
  for address in $(getent ahostsv4 "$archive" | awk '$2 == "STREAM" { print $1 }'); do iptables -w -A "$chain" -d "$address" -j RETURN; done
done
for network in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16; do
  iptables -w -A "$chain" -d "$network" -j REJECT --reject-with icmp-net-unreachable
done
iptables -w -C FORWARD -i lxcbr0 ! -o lxcbr0 -j "$chain" 2>/dev/null || iptables -w -I FORWARD -i lxcbr0 ! -o lxcbr0 -j "$chain"

# machines share this kernel and cannot load modules; where something is built in, there is nothing to load
for module in overlay br_netfilter nf_conntrack; do modprobe -q "$module" 2>/dev/null || true; done

cp "$here"/vagrant-home/* "$scratch/vagrant.d/"
cat >"$scratch/env" <<ENV
export VAGRANT_HOME='$scratch/vagrant.d' VAGRANT_DEFAULT_PROVIDER=lxc VAGRANT_CHECKPOINT_DISABLE=1
ENV
. "$scratch/env"
"$here/box.sh" "$scratch/box"
