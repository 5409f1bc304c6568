#!/usr/bin/env bash
# What every machine of a cluster needs: its address, the others' names, and a way to log in on them. Run as root; may be run again.
#   MACHINE_IP   this machine's address on the private network
#   HOSTS      lines for /etc/hosts, separated by semicolons: "192.168.56.11 controlplane;192.168.56.21 worker1"
#   NODE_KEY, NODE_KEY_PUBLIC   optional: a key pair that lets every node log in on every other, so that `ssh worker1` works
set -euo pipefail

: "${MACHINE_IP:?}" "${HOSTS:?}"

# The private network's interface is the one with this machine's address, whatever it is called (enp0s8, eth1 …): API server, kubelet
# and pod network are bound to that address. After a boot it may take a moment to appear.
# No pipe: grep -q ends at the first match, and ip, which then writes to nobody, would make the pipeline fail.
has_address() { grep -qF " $MACHINE_IP/" <<<"$(ip -o -4 address show)"; }
for _ in $(seq 10); do
  if has_address; then break; fi
  sleep 1
done
if ! has_address; then
  echo "hosts.sh: no interface has the address $MACHINE_IP of the private network; there are:" >&2
  ip -brief -4 address show >&2
  exit 1
fi

# Every node knows the others by name. Ubuntu's own line 127.0.1.1 NAME would make the kubelet and etcd take a loopback address.
sed -i -e "/^127\.0\.[0-9.]*[[:space:]].*\b$(hostname)\b/d" -e '/# kubemend$/d' /etc/hosts
if ! grep -q '^127\.0\.0\.1' /etc/hosts; then
  echo '127.0.0.1 localhost' >>/etc/hosts
fi
tr ';' '\n' <<<"$HOSTS" | sed 's/$/ # kubemend/' >>/etc/hosts

# in the first minutes after a boot Ubuntu's own updates hold dpkg's lock: wait for it
echo 'DPkg::Lock::Timeout "600";' >/etc/apt/apt.conf.d/90-wait-for-lock

if [ -n "${NODE_KEY:-}" ]; then
  # root, and the account that logs in on this machine
  for home in /root "$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)"; do
    [ -d "$home" ] || continue
    install -d -m 700 "$home/.ssh"
    key=$home/.ssh/id_ed25519
    # a key that somebody has there already stays
    if [ -f "$key" ] && ! grep -qsF "$NODE_KEY_PUBLIC" "$key.pub"; then
      key=$home/.ssh/id_kubemend
    fi
    printf '%s\n' "$NODE_KEY" >"$key"
    chmod 600 "$key"
    printf '%s\n' "$NODE_KEY_PUBLIC" >"$key.pub"
    touch "$home/.ssh/authorized_keys"
    grep -qF "$NODE_KEY_PUBLIC" "$home/.ssh/authorized_keys" || printf '%s\n' "$NODE_KEY_PUBLIC" >>"$home/.ssh/authorized_keys"
    chmod 600 "$home/.ssh/authorized_keys"
    chown -R "$(stat -c %u:%g "$home")" "$home/.ssh"
  done
  printf 'Host %s\n  StrictHostKeyChecking accept-new\n  IdentityFile ~/.ssh/id_ed25519\n  IdentityFile ~/.ssh/id_kubemend\n' \
    "$(tr ';' ' ' <<<"$HOSTS")" >/etc/ssh/ssh_config.d/10-nodes.conf
fi
