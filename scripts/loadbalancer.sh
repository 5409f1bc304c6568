#!/usr/bin/env bash
# Makes this machine the load balancer of the API servers: haproxy from the distribution's archive. Run as root; may be run again.
#   PORT      where it listens, "6443"
#   SERVERS   the API servers, separated by semicolons: "controlplane1 192.168.56.11:6443;controlplane2 192.168.56.12:6443"
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

: "${PORT:?}" "${SERVERS:?}"

if ! dpkg -s haproxy >/dev/null 2>&1; then
  dpkg --configure -a
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends haproxy >/dev/null
fi

config=/etc/haproxy/haproxy.cfg
[ -f "$config-org" ] || cp "$config" "$config-org"
{
  # the distribution's own global section and defaults
  sed '/^\(frontend\|backend\|listen\)[[:space:]]/,$d' "$config-org"
  cat <<HAPROXY

# TLS is between the clients and the API servers: haproxy passes bytes on.
frontend kubernetes-api
        bind 0.0.0.0:$PORT
        mode tcp
        option tcplog
        # a watch or a \`kubectl exec\` may be silent for long
        timeout client 1h
        default_backend kubernetes-controlplanes

backend kubernetes-controlplanes
        mode tcp
        balance roundrobin
        # an API server without its etcd still answers, but with errors
        option httpchk GET /readyz
        http-check expect status 200
        # another server at once when the first does not answer
        option redispatch
        timeout server 1h
        default-server inter 2s rise 2 fall 3 check-ssl verify none on-marked-down shutdown-sessions
$(tr ';' '\n' <<<"$SERVERS" | sed 's/^/        server /; s/$/ check/')
HAPROXY
} >"$config.new"
if ! cmp -s "$config.new" "$config"; then
  haproxy -c -f "$config.new" >/dev/null
  mv "$config.new" "$config"
  systemctl restart haproxy
fi
rm -f "$config.new"
systemctl enable -q --now haproxy
