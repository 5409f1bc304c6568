#!/usr/bin/env bash
# Makes an Ubuntu machine fit for kubeadm: names, swap, kernel modules, sysctls. Run as root; may be run again.
#   NODE_IP    this machine's address on the private network
#   HOSTS      lines for /etc/hosts, separated by semicolons: "192.168.56.11 controlplane;192.168.56.21 worker1"
#   NODE_KEY, NODE_KEY_PUBLIC   optional: a key pair that lets every node log in on every other, so that `ssh worker1` works
set -euo pipefail

: "${NODE_IP:?}" "${HOSTS:?}"

# The private network's interface is the one with this machine's address, whatever it is called (enp0s8, eth1 …): API server, kubelet
# and pod network are bound to that address. After a boot it may take a moment to appear.
for _ in $(seq 10); do
  if ip -o -4 address show | grep -qF " $NODE_IP/"; then break; fi
  sleep 1
done
if ! ip -o -4 address show | grep -qF " $NODE_IP/"; then
  echo "prepare.sh: no interface has the address $NODE_IP of the private network; there are:" >&2
  ip -brief -4 address show >&2
  exit 1
fi

# Every node knows the others by name. Ubuntu's own line 127.0.1.1 NAME would make the kubelet and etcd take a loopback address.
sed -i -e "/^127\.0\.[0-9.]*[[:space:]].*\b$(hostname)\b/d" -e '/# kubemend$/d' /etc/hosts
if ! grep -q '^127\.0\.0\.1' /etc/hosts; then
  echo '127.0.0.1 localhost' >>/etc/hosts
fi
tr ';' '\n' <<<"$HOSTS" | sed 's/$/ # kubemend/' >>/etc/hosts

# The kubelet refuses to run with swap on; /etc/fstab keeps it off after a reboot.
swapoff -a
sed -i '/^[^#].*[[:space:]]swap[[:space:]]/s/^/# /' /etc/fstab

cat >/etc/modules-load.d/kubernetes.conf <<'MODULES'
overlay
br_netfilter
MODULES
# a machine that shares its host's kernel, as a container does, has them from there and could not load them
grep -qw overlay /proc/filesystems || modprobe overlay
[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || modprobe br_netfilter

cat >/etc/sysctl.d/90-kubernetes.conf <<'SYSCTL'
net.bridge.bridge-nf-call-iptables  = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward                 = 1
SYSCTL
# of a container's sysctls many are read-only; what counts is that these have their values
sysctl --system >/dev/null 2>&1 || sysctl -p /etc/sysctl.d/90-kubernetes.conf >/dev/null

# in the first minutes after a boot Ubuntu's own updates hold dpkg's lock: wait for it
echo 'DPkg::Lock::Timeout "600";' >/etc/apt/apt.conf.d/90-wait-for-lock

if [ -n "${NODE_KEY:-}" ]; then
  for home in /root /home/vagrant; do
    [ -d "$home" ] || continue
    install -d -m 700 "$home/.ssh"
    printf '%s\n' "$NODE_KEY" >"$home/.ssh/id_ed25519"
    chmod 600 "$home/.ssh/id_ed25519"
    printf '%s\n' "$NODE_KEY_PUBLIC" >"$home/.ssh/id_ed25519.pub"
    touch "$home/.ssh/authorized_keys"
    grep -qF "$NODE_KEY_PUBLIC" "$home/.ssh/authorized_keys" || printf '%s\n' "$NODE_KEY_PUBLIC" >>"$home/.ssh/authorized_keys"
    chmod 600 "$home/.ssh/authorized_keys"
    chown -R "$(stat -c %u:%g "$home")" "$home/.ssh"
  done
  printf 'Host *\n  StrictHostKeyChecking accept-new\n' >/etc/ssh/ssh_config.d/10-nodes.conf
fi
