/** Configurations for `haproxy -c`, right and wrong. */

const timeouts = "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 50s\n  timeout server 50s\n";
const frontend = "frontend f\n  bind *:6443\n  default_backend b\n";
const server = "  server s1 1.2.3.4:6443 check\n";

export const configurations: Record<string, string> = {
  "a guide's, appended to the distribution's": `global
	log /dev/log	local0
	log /dev/log	local1 notice
	chroot /var/lib/haproxy
	stats timeout 30s
	user root
	group root
	daemon

defaults
	log	global
	mode	http
	option	httplog
	option	dontlognull
        timeout connect 5000
        timeout client  50000
        timeout server  50000
frontend kubernetes-master-lb
bind 0.0.0.0:6443
option tcplog
mode tcp
default_backend kubernetes-master-nodes
backend kubernetes-master-nodes
mode tcp
balance roundrobin
option tcp-check
option tcplog
server k8s-master1 10.1.10.101:6443 check
server k8s-master2 10.1.10.102:6443 check
server k8s-master3 10.1.10.103:6443 check
`,
  "the same guide's, alone": `frontend kubernetes-master-lb
bind 0.0.0.0:6443
option tcplog
mode tcp
default_backend kubernetes-master-nodes
backend kubernetes-master-nodes
mode tcp
balance roundrobin
option tcp-check
option tcplog
server k8s-master1 10.1.10.101:6443 check
`,
  "checks of HTTP over TLS": `${timeouts}${frontend}backend b
  option httpchk GET /readyz
  http-check expect status 200
  option redispatch
  default-server inter 2s rise 2 fall 3 check-ssl verify none on-marked-down shutdown-sessions
${server}`,
  "kubeadm's sample checks": `${timeouts}${frontend}backend b
  option httpchk
  http-check connect ssl
  http-check send meth GET uri /healthz
  http-check expect status 200
  server s1 1.2.3.4:6443 check verify none
  server s2 1.2.3.5:6443 check
`,
  "an unknown keyword": `${timeouts}frontend f\n  bind *:6443\n  foo bar\n  default_backend b\nbackend b\n${server}`,
  "an unknown balance": `${timeouts}${frontend}backend b\n  balance roundrobbin\n${server}`,
  "a missing backend": `${timeouts}frontend f\n  bind *:6443\n  default_backend nope\n`,
  "a misspelt server parameter": `${timeouts}${frontend}backend b\n  server s1 1.2.3.4:6443 chek\n`,
  "a parameter without its value": `${timeouts}${frontend}backend b\n  server s1 1.2.3.4:6443 check inter\n`,
  "a rise of nothing": `${timeouts}${frontend}backend b\n  server s1 1.2.3.4:6443 check rise x\n`,
  "a time that is none": `${timeouts}${frontend}backend b\n  server s1 1.2.3.4:6443 check inter 2x\n`,
  "a server without an address": `${timeouts}${frontend}backend b\n  server s2\n`,
  "a checked server without a port": `${timeouts}${frontend}backend b\n  server s2 1.2.3.4 check\n`,
  "two servers of one name": `${timeouts}${frontend}backend b\n${server}  server s1 1.2.3.5:6443 check\n`,
  "a name that nobody knows": `${timeouts}${frontend}backend b\n  server s2 hostnotthere.invalid:6443 check\n`,
  "ports that are none": `${timeouts}frontend f
  bind 6443
  bind *:x
  bind *:700000
  default_backend b
backend b
  server s2 1.2.3.4:99999 check
`,
  "lines on the wrong side": `${timeouts}frontend f
  bind *:6443
  default_backend b
  server a 1.2.3.4:80
backend b
  bind *:90
  default_backend x
  server a 1.2.3.4:80
`,
  "options and times that are none": `${timeouts}frontend f
  bind *:80
  mode tpc
  option
  option tcplg
  option tcplog foo
  maxconn
  timeout client
  timeout clinet 5s
  timeout client 5x
  timeout
  default_backend b b2
backend b
  balance source
`,
  "a misspelt section": `${timeouts}front f\n  bind *:6443\n`,
  "two frontends of one name": `${timeouts}${frontend}frontend f\n  bind *:6444\n  default_backend b\nbackend b\n${server}`,
  "logs that are none": `global
  foo
  log /dev/log
  log /dev/log local9
  log /dev/log local0 loud
  daemon x
${timeouts}foo
frontend
`,
  "no time-outs": `${frontend}backend b\n${server}listen l\n  bind *:90\n${server}backend empty\n  balance roundrobin\n`,
  "no listener": `${timeouts}frontend f\n  default_backend b\nbackend b\n${server}`,
  "a keyword before any section": "foo\nglobal\n  daemon\n",
  "no newline at the end": "global\n  daemon",
  "httplog without HTTP": `${timeouts}listen api\n  bind *:6443\n  option httplog\n${server}`,
  "nothing at all": "",
};
