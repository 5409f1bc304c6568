/** What haproxy finds when the whole file is read (cfgparse.c, check_config_validity; server.c, srv_init_addr). */
import { NotSimulated } from "../../../core/errno.ts";
import { hasFrontend, type HaproxyConfig, type Proxy, type Report } from "./settings.ts";

const missing = `
   | While not properly invalid, you will certainly encounter various problems
   | with such a configuration. To fix this, please ensure that all following
   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.`;

const kindOf = (proxy: Proxy): string => (proxy.kind === "listen" ? "proxy" : proxy.kind);

export function checkValidity(config: HaproxyConfig, report: Report): void {
  for (const proxy of config.proxies) {
    checkServers(config, proxy, report);
    if (hasFrontend(proxy)) checkFrontend(config, proxy, report);
    const { client, server, connect } = proxy.timeouts;
    if ((hasFrontend(proxy) && !client) || (proxy.servers.length > 0 && (!server || !connect)))
      report.warn(`missing timeouts for ${kindOf(proxy)} '${proxy.name}'.${missing}`);
    const logs = proxy.logs === "global" ? config.logs : proxy.logs;
    if (hasFrontend(proxy) && proxy.logFormat === "tcplog" && logs.length === 0)
      report.warn(`log format ignored for ${kindOf(proxy)} '${proxy.name}' since it has no log address.`);
  }
  if (report.failed) {
    report.alert("Fatal errors found in configuration.");
    return;
  }
  for (const proxy of config.proxies)
    for (const server of proxy.servers)
      if (server.ip === "")
        report.alert(
          `[${config.file}:${server.line}] : 'server ${proxy.name}/${server.name}' : could not resolve address '${server.host}'.`,
        );
  if (report.failed) report.alert("Failed to initialize server(s) addr.");
}

function checkServers(config: HaproxyConfig, proxy: Proxy, report: Report): void {
  for (const [i, server] of proxy.servers.entries()) {
    const twin = proxy.servers.slice(0, i).find((other) => other.name === server.name);
    if (twin)
      report.alert(
        `parsing [${config.file}:${server.line}] : ${kindOf(proxy)} '${proxy.name}', another server named '${server.name}' was already defined at line ${twin.line}, please use distinct names.`,
      );
    if (server.check && server.port === 0 && server.checkPort === undefined)
      report.alert(`config: ${kindOf(proxy)} '${proxy.name}': server '${server.name}' has neither service port nor check port.`);
    if ((server.checkSsl || proxy.httpCheck?.ssl === true) && server.check && !server.verifyNone)
      report.alert(
        `[${config.file}:${server.line}] : 'server ${proxy.name}/${server.name}' : verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust the server's certificate, please set an explicit 'verify none' statement on the 'server' line, or use 'ssl-server-verify none' in the global section to disable server-side verifications by default.`,
      );
  }
}

function checkFrontend(config: HaproxyConfig, proxy: Proxy, report: Report): void {
  if (proxy.binds.length === 0)
    report.warn(
      proxy.kind === "listen"
        ? `proxy '${proxy.name}' has no 'bind' directive. Please declare it as a backend if this was intended.`
        : `frontend '${proxy.name}' has no 'bind' directive. Please declare it as a backend if this was intended.`,
    );
  if (proxy.mode === "http") throw new NotSimulated(`haproxy: mode http (${kindOf(proxy)} ${proxy.name}); mode tcp is`);
  const backend = backendOf(config, proxy);
  if (proxy.defaultBackend !== undefined && !backend)
    report.alert(`Proxy '${proxy.name}': unable to find required default_backend: '${proxy.defaultBackend}'.`);
  if (backend && backend.mode === "http" && backend !== proxy) throw new NotSimulated(`haproxy: mode http (backend ${backend.name})`);
  if (proxy.logFormat === "httplog") {
    report.warn(
      `parsing [${proxy.httplogAt}] : 'option httplog' not usable with ${kindOf(proxy)} '${proxy.name}' (needs 'mode http'). Falling back to 'option tcplog'.`,
    );
    proxy.logFormat = "tcplog";
  }
}

/** Where a frontend's connections go: its `default_backend`, or a `listen`'s own servers. */
export function backendOf(config: HaproxyConfig, proxy: Proxy): Proxy | undefined {
  const { defaultBackend } = proxy;
  if (defaultBackend !== undefined) return config.proxies.find((p) => p.name === defaultBackend && p.kind !== "frontend");
  return proxy.kind === "listen" ? proxy : undefined;
}
