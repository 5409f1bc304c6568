#!/usr/bin/env bash
# box.sh FOLDER: makes a Vagrant box for libvirt, a Debian 12 with its own kernel, systemd and an SSH server, and adds it to
# VAGRANT_HOME. The box is kept in FOLDER and made again only when this script has changed. Needs no hypervisor and no loop device.
#   BOX              name under which it is added (default: kubemend/debian-12)
#   POOL             folder of libvirt's storage pool, which gets the disk image as well
#   DEBIAN_SOURCES   where Debian's archive is written down (default: this host's debian.sources)
set -euo pipefail
folder=${1:?usage: box.sh FOLDER}
name=${BOX:-kubemend/debian-12}
version=12.0.0
sources=${DEBIAN_SOURCES:-/etc/apt/sources.list.d/debian.sources}

# what every server of the distribution has, and no more: the product installs what a cluster needs
packages=linux-image-cloud-amd64,initramfs-tools,zstd,systemd-sysv,udev,dbus,openssh-server,sudo,kmod,ifupdown,isc-dhcp-client,iptables,iproute2,iputils-ping,netcat-openbsd,procps,ca-certificates,curl,nano

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
key=$(sha256sum "${BASH_SOURCE[0]}" | cut -d' ' -f1)

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

  # The first interface gets its address from the management network; Vagrant writes the private ones into the same file. They have
  # the names of VirtualBox's guests; the PCI slots are those that libvirt gives to a machine without a screen.
  printf '%s\n' 'auto lo' 'iface lo inet loopback' 'auto enp0s3' 'iface enp0s3 inet dhcp' >"$root/etc/network/interfaces"
  printf '%s\n' '[Match]' 'Path=pci-0000:00:04.0' '[Link]' 'Name=enp0s3' >"$root/etc/systemd/network/10-nat.link"
  printf '%s\n' '[Match]' 'Path=pci-0000:00:05.0' '[Link]' 'Name=enp0s8' >"$root/etc/systemd/network/10-private.link"
  # dhclient writes it
  rm -f "$root/etc/resolv.conf"

  # processes that ignore SIGTERM, as many containers' do, would hold up a halt for 90 seconds
  mkdir -p "$root/etc/systemd/system.conf.d"
  printf '%s\n' '[Manager]' 'DefaultTimeoutStopSec=10s' >"$root/etc/systemd/system.conf.d/stop.conf"
  ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
  # slow machines need not look for updates at every boot
  chroot "$root" systemctl mask -q apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service

  echo 'LABEL=root / ext4 defaults,noatime 0 1' >"$root/etc/fstab"

  echo debian-12 >"$root/etc/hostname"
  printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 debian-12' '::1 localhost ip6-localhost' >"$root/etc/hosts"
  rm -f "$root/var/lib/dbus/machine-id"
  : >"$root/etc/machine-id"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  # with the names of the interfaces
  chroot "$root" update-initramfs -u >/dev/null

  # A boot loader cannot be installed into an image without mounting it: QEMU loads the kernel itself, from beside the image.
  cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
  cp "$root"/boot/initrd.img-* "$folder/initrd.img"
  cat >"$folder/Vagrantfile" <<'VAGRANTFILE'
Vagrant.configure("2") do |config|
  config.vm.provider "libvirt" do |lv|
    lv.kernel = File.join(__dir__, "vmlinuz")
    lv.initrd = File.join(__dir__, "initrd.img")
    lv.cmd_line = "root=LABEL=root ro console=ttyS0"
    # a screen that nobody looks at would be emulated, too
    lv.graphics_type = "none"
  end
end
VAGRANTFILE
  echo '{ "provider": "libvirt", "format": "qcow2", "virtual_size": 10 }' >"$folder/metadata.json"
  rm -f "$folder/disk.raw"
  mke2fs -q -t ext4 -L root -d "$root" "$folder/disk.raw" 10G
  qemu-img convert -O qcow2 "$folder/disk.raw" "$folder/box.img"
  tar -C "$folder" -I 'gzip -1' -cf "$folder/libvirt.box" metadata.json Vagrantfile vmlinuz initrd.img box.img
  rm -rf --one-file-system "$root" "$folder/disk.raw"
  echo "$key" >"$folder/key"
fi

# a catalogue gives the box a version, which a file alone has not
cat >"$folder/catalog.json" <<CATALOG
{ "name": "$name", "versions": [{ "version": "$version", "providers": [{ "name": "libvirt", "url": "file://$folder/libvirt.box" }] }] }
CATALOG
added="$VAGRANT_HOME/boxes/${name//\//-VAGRANTSLASH-}/$version/libvirt"
if [ "$(cat "$added/key" 2>/dev/null)" != "$key" ]; then
  vagrant box add --force --provider libvirt "$folder/catalog.json" >/dev/null
  echo "$key" >"$added/key"
fi
# Vagrant would upload the image at the first `up`, through the libvirt daemon, which takes minutes where the processor is emulated
image=${POOL:?}/${name//\//-VAGRANTSLASH-}_vagrant_box_image_${version}_box.img
if ! cmp -s "$folder/box.img" "$image"; then cp --reflink=auto "$folder/box.img" "$image"; fi
