#!/usr/bin/env bash
# Removes what this fixture made on the host: its machines (also those of runs that failed or were killed), its bridges and, when
# nobody else uses it, the lxcbr0 that it started. Other LXC containers stay. The box stays, for the next run.
#   KUBEMEND_E2E   scratch folder, as for setup.sh
set -euo pipefail
scratch=${KUBEMEND_E2E:-${XDG_CACHE_HOME:-$HOME/.cache}/kubemend}
home=$scratch/vagrant.d

# vagrant-home/Vagrantfile notes every container before it makes it, and every bridge
for note in "$home"/machines/*; do
  [ -e "$note" ] || continue
  machine=$(basename "$note")
  lxc-stop --kill --name "$machine" >/dev/null 2>&1 || true
  lxc-destroy --force --name "$machine" >/dev/null 2>&1 || true
  # a creation that was killed leaves a folder that LXC does not know as a container
  rm -rf --one-file-system "/var/lib/lxc/${machine:?}" "$note"
done
for note in "$home"/bridges/*; do
  [ -e "$note" ] || continue
  bridge=$(basename "$note")
  # the interfaces of dying containers vanish a moment later
  for _ in $(seq 50); do
    [ -n "$(ls "/sys/class/net/$bridge/brif" 2>/dev/null)" ] || break
    sleep 0.1
  done
  if [ -n "$(ls "/sys/class/net/$bridge/brif" 2>/dev/null)" ]; then continue; fi
  ip link delete "$bridge" 2>/dev/null || true
  rm -f "$note"
done
if [ -e "$scratch/lxc-net-started" ] && [ -z "$(ls /sys/class/net/lxcbr0/brif 2>/dev/null)" ]; then
  iptables -w -D FORWARD -i lxcbr0 ! -o lxcbr0 -j KUBEMEND-E2E 2>/dev/null || true
  iptables -w -F KUBEMEND-E2E 2>/dev/null || true
  iptables -w -X KUBEMEND-E2E 2>/dev/null || true
  /usr/libexec/lxc/lxc-net stop >/dev/null 2>&1 || true
  rm -f "$scratch/lxc-net-started"
fi
# of Vagrant's index of machines none is left
rm -rf "$home/data/machine-index"
