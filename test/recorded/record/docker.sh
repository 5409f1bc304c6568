#!/usr/bin/env bash
# Records docker's command line against a daemon of its own: in namespaces, with folders of its own, so that nothing of the
# machine is changed. Needs root and unpacked packages: `apt-get download docker.io containerd runc tini busybox-static`, each
# with `dpkg -x FILE ROOT`.
#   docker.sh ROOT COMMANDS >RECORDING     COMMANDS: a file with a command a line
set -euo pipefail
root=$(realpath "$1")
commands=$(realpath "$2")
scratch=$(mktemp -d)
export PATH=$root/usr/bin:$root/usr/sbin:$PATH root commands scratch
unshare --mount --net --propagation private bash -s <<'INSIDE'
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir -p /etc/docker "$scratch/image/bin" "$scratch/image/etc"
mount -t tmpfs tmpfs /etc/docker
cp "$root/bin/busybox" "$scratch/image/bin/"
for tool in sh ls cat sleep echo ps ip hostname false; do ln -sf busybox "$scratch/image/bin/$tool"; done
echo 'root:x:0:0:root:/root:/bin/sh' >"$scratch/image/etc/passwd"
containerd --root "$scratch/containerd" --state /run/containerd >/dev/null 2>&1 &
containerd=$!
sleep 2
dockerd --data-root "$scratch/docker" --containerd /run/containerd/containerd.sock >/dev/null 2>&1 &
dockerd=$!
until docker version >/dev/null 2>&1; do sleep 0.5; done
tar -C "$scratch/image" -c . | docker import -c 'CMD ["sh"]' - busybox:1.36 >/dev/null
while IFS= read -r command; do
  printf '$ %s\n' "$command"
  status=0
  bash -c "$command" 2>&1 </dev/null || status=$?
  printf '[exit %s]\n\n' "$status"
done <"$commands"
kill "$dockerd"
wait "$dockerd"
kill "$containerd"
INSIDE
rm -rf "$scratch"
