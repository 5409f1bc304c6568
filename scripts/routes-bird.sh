#!/usr/bin/env bash
# Lets this node tell the others over BGP which pods it has, and learn theirs, with BIRD 2 from the distribution's archive. Run as root
# on every node after bridge.sh; may be run again.
#   NODE      this machine's name in the cluster
#   NODE_IP   its address on the private network
#   PEERS     the other nodes, separated by semicolons: "worker1 192.168.56.21;worker2 192.168.56.22"; may be empty
#   PODS      pod network, "10.244.0.0/16"
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

: "${NODE:?}" "${NODE_IP:?}" "${PODS:?}"

range=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node "$NODE" -o 'jsonpath={.spec.podCIDR}')
: "${range:?}"

if ! dpkg -s bird2 >/dev/null 2>&1; then
  dpkg --configure -a
  apt-get update -qq
  apt-get install -y -qq bird2 >/dev/null
fi

{
  cat <<BIRD
log syslog all;
router id $NODE_IP;

protocol device {
}

# what this node announces
protocol static pods {
  ipv4;
  route $range blackhole;
}

# what the others announce goes to the kernel; this node's own pods are behind the bridge
protocol kernel {
  ipv4 {
    import none;
    export where source = RTS_BGP;
  };
}

# a node that does not answer loses its routes after half a minute, and is tried again soon
template bgp node {
  local $NODE_IP as 64512;
  direct;
  hold time 30;
  connect retry time 10;
  error wait time 5, 30;
  ipv4 {
    import where net ~ [ $PODS+ ];
    export where source = RTS_STATIC;
  };
}
BIRD
  tr ';' '\n' <<<"${PEERS:-}" | while read -r name address; do
    [ -z "$name" ] || printf 'protocol bgp %s from node {\n  neighbor %s as 64512;\n}\n' "${name//[.-]/_}" "$address"
  done
} >/etc/bird/bird.conf.new

systemctl enable -q bird
# the file keeps its owner and mode, which let the user bird read it; a daemon that has just been installed cannot be asked to
# read it again, because its control socket may not be there yet
if ! cmp -s /etc/bird/bird.conf.new /etc/bird/bird.conf; then
  # what was there first is kept
  if [ -f /etc/bird/bird.conf ] && [ ! -f /etc/bird/bird.conf-org ]; then cp -p /etc/bird/bird.conf /etc/bird/bird.conf-org; fi
  cat /etc/bird/bird.conf.new >/etc/bird/bird.conf
  systemctl restart bird
fi
rm /etc/bird/bird.conf.new
systemctl start bird
