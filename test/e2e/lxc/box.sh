#!/usr/bin/env bash
# box.sh FOLDER: makes a Vagrant box for LXC, a Debian 12 with systemd and an SSH server, and adds it to VAGRANT_HOME.
# The box is kept in FOLDER and made again only when this script, or what it puts into the box, has changed.
#   BOX              name under which it is added (default: kubemend/debian-12)
#   DEBIAN_SOURCES   where Debian's archive is written down (default: this host's debian.sources)
set -euo pipefail
folder=${1:?usage: box.sh FOLDER}
name=${BOX:-kubemend/debian-12}
version=12.0.0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=${DEBIAN_SOURCES:-/etc/apt/sources.list.d/debian.sources}

# what every server of the distribution has, and no more: the product installs what a cluster needs
packages=systemd-sysv,dbus,openssh-server,sudo,kmod,iptables,iproute2,iputils-ping,netcat-openbsd,procps,ca-certificates,curl,nano

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
key=$(cat "${BASH_SOURCE[0]}" "$here/runc" | sha256sum | cut -d' ' -f1)

if [ "$(cat "$folder/key" 2>/dev/null)" != "$key" ]; then
  root=$folder/rootfs
  # mmdebstrap that was killed leaves the host's /proc and /sys mounted there
  awk -v root="$root/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do umount "$mounted"; done
  rm -rf --one-file-system "$root" "$folder/key"
  # manual pages and translations are half of the size
  mmdebstrap --quiet --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    bookworm "$root" "$sources"

  # Vagrant's convention: user vagrant, its well-known key until the machine's own replaces it, sudo without a password
  chroot "$root" useradd -m -s /bin/bash vagrant
  echo 'vagrant ALL=(ALL) NOPASSWD:ALL' >"$root/etc/sudoers.d/vagrant"
  chmod 440 "$root/etc/sudoers.d/vagrant"
  install -d -m 700 "$root/home/vagrant/.ssh"
  cp "$(ruby -e 'puts Gem::Specification.find_by_name("vagrant").gem_dir')/keys/vagrant.pub" "$root/home/vagrant/.ssh/authorized_keys"
  chmod 600 "$root/home/vagrant/.ssh/authorized_keys"
  chroot "$root" chown -R vagrant:vagrant /home/vagrant/.ssh
  echo 'UseDNS no' >"$root/etc/ssh/sshd_config.d/vagrant.conf"

  # the first interface gets its address from lxcbr0; LXC itself sets the private ones (vagrant-home/Vagrantfile)
  mkdir -p "$root/etc/systemd/network"
  printf '%s\n' '[Match]' 'Name=enp0s3' '[Network]' 'DHCP=ipv4' '[DHCPv4]' 'UseDomains=no' >"$root/etc/systemd/network/10-nat.network"
  chroot "$root" systemctl enable -q systemd-networkd ssh
  chroot "$root" systemctl mask -q systemd-networkd-wait-online.service
  echo 'nameserver 10.0.3.1' >"$root/etc/resolv.conf"

  # processes that ignore SIGTERM, as many containers' do, would hold up a halt for 90 seconds
  mkdir -p "$root/etc/systemd/system.conf.d"
  printf '%s\n' '[Manager]' 'DefaultTimeoutStopSec=10s' >"$root/etc/systemd/system.conf.d/stop.conf"
  ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"

  install -m 755 "$here/runc" "$root/usr/local/sbin/runc"

  echo debian-12 >"$root/etc/hostname"
  printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 debian-12' '::1 localhost ip6-localhost' >"$root/etc/hosts"
  rm -f "$root/var/lib/dbus/machine-id"
  : >"$root/etc/machine-id"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*

  # xattrs: without its file capability ping is for root only
  tar --numeric-owner --xattrs --xattrs-include='*' -I 'gzip -1' -C "$folder" -cf "$folder/rootfs.tar.gz" ./rootfs
  echo '{ "provider": "lxc", "version": "1.0.0" }' >"$folder/metadata.json"
  printf '%s\n' 'lxc.include = /usr/share/lxc/config/common.conf' 'lxc.arch = linux64' 'lxc.apparmor.profile = unconfined' >"$folder/lxc-config"
  tar -C "$folder" -cf "$folder/lxc.box" metadata.json lxc-config rootfs.tar.gz
  rm -rf --one-file-system "$root" "$folder/rootfs.tar.gz"
  echo "$key" >"$folder/key"
fi

# a catalogue gives the box a version, which a file alone has not
cat >"$folder/catalog.json" <<CATALOG
{ "name": "$name", "versions": [{ "version": "$version", "providers": [{ "name": "lxc", "url": "file://$folder/lxc.box" }] }] }
CATALOG
added="$VAGRANT_HOME/boxes/${name//\//-VAGRANTSLASH-}/$version/lxc"
if [ "$(cat "$added/key" 2>/dev/null)" != "$key" ]; then
  vagrant box add --force --provider lxc "$folder/catalog.json" >/dev/null
  echo "$key" >"$added/key"
fi
