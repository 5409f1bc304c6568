/** Words of HAProxy 2.8's configuration (configuration.txt, sections 3, 4.1, 5.1, 5.2): what is none of them is a mistake, what is and has no effect here is not simulated. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Sections that are there and not simulated. */
export const otherSections = words("userlist peers resolvers mailers program http-errors ring log-forward cache fcgi-app");

/** Of `global`: without an effect on what the simulator shows. */
export const quietGlobal = words(`
  chroot user group uid gid daemon pidfile stats ca-base crt-base nbproc nbthread cpu-map node description hard-stop-after
  ssl-default-bind-ciphers ssl-default-bind-ciphersuites ssl-default-bind-options ssl-default-server-ciphers
  ssl-default-server-ciphersuites ssl-default-server-options ssl-server-verify tune.ssl.default-dh-param tune.bufsize
  tune.maxrewrite tune.ssl.cachesize ulimit-n log-tag log-send-hostname spread-checks master-worker zero-warning
`);
/** Of `global`: known and not simulated. */
export const knownGlobal = words(`
  51degrees-data-file deviceatlas-json-file external-check insecure-fork-wanted insecure-setuid-wanted localpeer lua-load
  lua-load-per-thread mworker-max-reloads numa-cpu-mapping presetenv resetenv setenv unsetenv server-state-base server-state-file
  set-dumpable set-var strict-limits unix-bind wurfl-data-file max-spread-checks maxconnrate maxcomprate maxpipes maxsessrate
  maxsslconn maxsslrate maxzlibmem noepoll nokqueue noevports nopoll nosplice nogetaddrinfo noreuseport quiet debug profiling.tasks
  expose-experimental-directives h1-case-adjust default-path cluster-secret close-spread-time fd-hard-limit thread-group thread-groups
`);

/** Keywords of proxies without an effect on what the simulator shows. */
export const quietProxy = words(
  "errorfile errorfiles backlog description log-tag fullconn id enabled http-reuse hash-type load-server-state-from-file",
);
/** Keywords of proxies that are known and not simulated. */
export const knownProxy = words(`
  acl bind-process capture clitcpka-cnt clitcpka-idle clitcpka-intvl compression cookie declare dispatch disabled email-alert errorloc
  errorloc302 errorloc303 error-log-format external-check filter force-persist http-after-response http-error http-request
  http-response http-send-name-header ignore-persist log-format log-format-sd max-keep-alive-queue monitor monitor-uri persist
  rate-limit redirect retry-on server-state-file-name server-template source srvtcpka-cnt srvtcpka-idle srvtcpka-intvl stats stick
  stick-table tcp-check tcp-request tcp-response transparent unique-id-format unique-id-header use-fcgi-app use_backend use-server
`);

/** Options without an effect on what the simulator shows. */
export const quietOptions = words(`
  abortonclose clitcpka contstats dontlog-normal forwardfor http-keep-alive http-server-close httpclose independent-streams
  log-health-checks nolinger prefer-last-server socket-stats splice-auto splice-request splice-response srvtcpka tcp-smart-accept
  tcp-smart-connect tcpka allbackups http-no-delay http-ignore-probes idle-close-on-response
`);
/** Options that are known and not simulated. */
export const knownOptions = words(`
  accept-invalid-http-request accept-invalid-http-response checkcache disable-h2-upgrade h1-case-adjust-bogus-client
  h1-case-adjust-bogus-server http-buffer-request http-pretend-keepalive http-restrict-req-hdr-names http-use-proxy-header httpslog
  ldap-check external-check log-separate-errors logasap mysql-check originalto persist pgsql-check redis-check smtpchk spop-check
  ssl-hello-chk transparent
`);

/** Options of `bind` without an effect here. */
export const quietBind = words("defer-accept tfo transparent v4v6 v6only name tcp-ut mss backlog maxconn nice");
export const knownBind = words(
  "ssl crt crt-list alpn npn ca-file ciphers ciphersuites accept-proxy accept-netscaler-cip interface level mode user group uid gid namespace verify ssl-min-ver ssl-max-ver no-tls-tickets shards thread process proto id",
);

/** Parameters of `server` that are known and not simulated. */
export const knownServer = words(`
  addr agent-check agent-send agent-inter agent-addr agent-port allow-0rtt alpn ca-file check-alpn check-proto check-send-proxy check-sni
  check-via-socks4 ciphers ciphersuites cookie crl-file crt disabled enabled error-limit id init-addr init-state max-reuse maxconn
  maxqueue minconn namespace no-check no-ssl non-stick npn observe on-error on-marked-up pool-low-conn pool-max-conn pool-purge-delay
  proto redir resolve-net resolve-opts resolve-prefer resolvers send-proxy send-proxy-v2 slowstart sni socks4 source ssl ssl-max-ver
  ssl-min-ver tcp-ut tfo track usesrc verifyhost ws
`);

export const timeoutNames = words("client server connect check queue tunnel http-keep-alive http-request tarpit client-fin server-fin");
export const facilities = words(
  "kern user mail daemon auth syslog lpr news uucp cron auth2 ftp ntp audit alert cron2 local0 local1 local2 local3 local4 local5 local6 local7",
);
export const levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/** `; did you mean 'X' maybe ?` (cfgparse.c, cfg_find_best_match): the known word with the most likeness, more easily one that begins so. */
export function didYouMean(word: string, known: Iterable<string>): string {
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const d = distance(word, candidate);
    const near = d <= Math.max(1, Math.floor(word.length / 3)) || (word.length > 2 && candidate.startsWith(word));
    if (near && d < least) {
      least = d;
      best = candidate;
    }
  }
  return best === undefined ? "" : `; did you mean '${best}' maybe ?`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
