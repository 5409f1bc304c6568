#!/usr/bin/env bash
# Installs kubeadm, kubelet and kubectl of one minor version. Run as root; may be run again.
#   KUBERNETES   version, "1.35" or "1.35.2"
#   NODE_IP      this machine's address on the private network
#   CRI_ADDRESS  the container runtime's socket, "unix:///run/containerd/containerd.sock"
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

: "${KUBERNETES:?}" "${NODE_IP:?}" "${CRI_ADDRESS:?}"
minor=$(cut -d. -f1,2 <<<"$KUBERNETES")

# the hold is the last step of the installation
if [ "$(apt-mark showhold kubelet kubeadm kubectl | wc -l)" -lt 3 ]; then
  dpkg --configure -a
  if ! dpkg -s ca-certificates curl gnupg >/dev/null 2>&1; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends ca-certificates curl gnupg >/dev/null
  fi
  mkdir -p -m 755 /etc/apt/keyrings
  curl -fsSL "https://pkgs.k8s.io/core:/stable:/v$minor/deb/Release.key" | gpg --dearmor --batch --yes -o /etc/apt/keyrings/kubernetes-apt-keyring.gpg
  echo "deb [signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg] https://pkgs.k8s.io/core:/stable:/v$minor/deb/ /" \
    >/etc/apt/sources.list.d/kubernetes.list
  apt-get update -qq
  if [ "$KUBERNETES" = "$minor" ]; then
    apt-get install -y -qq --no-install-recommends kubelet kubeadm kubectl >/dev/null
  else
    apt-get install -y -qq --no-install-recommends "kubelet=$KUBERNETES-*" "kubeadm=$KUBERNETES-*" "kubectl=$KUBERNETES-*" >/dev/null
  fi
  apt-mark hold kubelet kubeadm kubectl >/dev/null
fi

# Without this every node registers the NAT address, which is the same on all of them.
echo "KUBELET_EXTRA_ARGS=--node-ip=$NODE_IP" >/etc/default/kubelet

cat >/etc/crictl.yaml <<CRICTL
runtime-endpoint: $CRI_ADDRESS
image-endpoint: $CRI_ADDRESS
timeout: 10
CRICTL
systemctl enable -q kubelet
