#!/usr/bin/env bash
# Removes what this fixture made on the host: its machines (also those of runs that failed or were killed), their networks, its storage
# pool, and the daemons that setup.sh started. Other machines and networks of libvirt stay. The box stays, for the next run.
#   KUBEMEND_E2E   scratch folder, as for setup.sh
set -euo pipefail
scratch=${KUBEMEND_E2E:-${XDG_CACHE_HOME:-$HOME/.cache}/kubemend}/libvirt
command -v virsh >/dev/null || exit 0
virsh() { command virsh -q -c qemu:///system "$@"; }

if virsh version >/dev/null 2>&1; then
  # a machine is ours when its disk is in our folder; so is a network when only such a machine was on it
  networks=()
  while read -r machine; do
    [ -n "$machine" ] || continue
    definition=$(virsh dumpxml "$machine")
    grep -qF "source file='$scratch/images/" <<<"$definition" || continue
    while read -r network; do networks+=("$network"); done < <(sed -n "s/.*<source network='\([^']*\)'.*/\1/p" <<<"$definition")
    virsh destroy "$machine" >/dev/null 2>&1 || true
    virsh undefine "$machine" --snapshots-metadata --managed-save --nvram >/dev/null || true
  done < <(virsh list --all --name)
  # of a machine that was half made there may be no more than its network
  networks+=(kubemend-nat)
  while read -r network; do
    [ -n "$network" ] || continue
    # with others on it, it stays
    if virsh net-dumpxml "$network" 2>/dev/null | grep -q ' connections='; then continue; fi
    virsh net-destroy "$network" >/dev/null 2>&1 || true
    virsh net-undefine "$network" >/dev/null 2>&1 || true
  done < <(printf '%s\n' "${networks[@]}" | sort -u)
  virsh pool-destroy kubemend >/dev/null 2>&1 || true
fi
# the box's image stays
find "$scratch/images" -type f ! -name '*_vagrant_box_image_*' -delete 2>/dev/null || true

started=$(cat "$scratch/run/libvirtd.pid" 2>/dev/null || true)
for daemon in libvirtd virtlogd; do
  pid=$(cat "$scratch/run/$daemon.pid" 2>/dev/null || true)
  # the number may be another process's by now
  if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$daemon" ]; then
    kill "$pid"
    for _ in $(seq 100); do
      [ -e "/proc/$pid" ] || break
      sleep 0.1
    done
  fi
  rm -f "$scratch/run/$daemon.pid"
done
# a libvirtd that ends leaves its chains, empty without networks; those of one that was here before are not ours
if [ -n "$started" ]; then
  for tables in iptables ip6tables; do
    for table in filter nat mangle; do
      "$tables" -t "$table" -S 2>/dev/null | sed -n 's/^-A \(.* -j LIBVIRT_[A-Z]*\)$/-D \1/p; s/^-N \(LIBVIRT_.*\)/-X \1/p' | sort |
        while read -r rule; do
          # shellcheck disable=SC2086
          "$tables" -t "$table" $rule || true
        done
    done
  done
fi
# of Vagrant's index of machines none is left
rm -rf "$scratch/vagrant.d/data/machine-index"
