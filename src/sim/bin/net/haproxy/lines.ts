/** Lines of haproxy.cfg that say where to listen and where to connect: `bind`, `server`, `default-server`, `log`, times. */
import { NotSimulated } from "../../../core/errno.ts";
import { didYouMean, facilities, knownBind, knownServer, levels, quietBind } from "./keywords.ts";
import type { Bind, LogTarget, Proxy, ProxySettings, Report, Server } from "./settings.ts";

/** Resolves a name as haproxy does at start-up; undefined when it cannot. */
export type Resolve = (name: string) => string | undefined;

const units: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time in milliseconds, or the character that does not belong (tools.c, parse_time_err). */
export function parseTime(text: string): { ok: true; ms: number } | { ok: false; char: string } {
  const m = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text);
  if (m) return { ok: true, ms: Math.floor(Number(m[1]) * (units[m[2] ?? "ms"] ?? 1)) };
  return { ok: false, char: text.replace(/^\d+/, "")[0] ?? "" };
}

/** `ADDRESS:PORT` of a `bind`; undefined after an alert. */
export function parseBind(report: Report, where: string, line: number, args: string[]): Bind[] {
  const address = args[1];
  if (address === undefined || address === "") {
    report.alert(`parsing [${where}] : 'bind' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.`);
    report.inFile = true;
    return [];
  }
  const binds: Bind[] = [];
  for (const text of address.split(",")) {
    if (text.startsWith("/") || text.includes("@")) throw new NotSimulated(`haproxy: bind ${text}`);
    const cut = text.lastIndexOf(":");
    const port = cut < 0 ? "" : text.slice(cut + 1);
    const fail = (why: string): void => {
      report.alert(`parsing [${where}] : 'bind' : ${why}`);
      report.inFile = true;
    };
    if (cut < 0 || port === "") fail(`missing port specification in '${text}'`);
    else if (/^\d+-\d+$/.test(port)) throw new NotSimulated(`haproxy: bind to a range of ports (${text})`);
    else if (!/^\d+$/.test(port)) fail(`invalid character '${port.replace(/^\d+/, "")[0]}' in port number '${port}' in '${text}'`);
    else if (Number(port) < 1 || Number(port) > 65535) fail(`invalid port '${port}'`);
    else {
      const host = text.slice(0, cut);
      const any = host === "" || host === "*" || host === "[::]" || host === "::";
      if (!any && !/^\d+\.\d+\.\d+\.\d+$/.test(host)) throw new NotSimulated(`haproxy: bind to the name or address '${host}'`);
      const ip = any ? "0.0.0.0" : host;
      binds.push({ ip, port: Number(port), line, text: `${ip}:${port}` });
    }
  }
  for (let i = 2; i < args.length; i++) {
    const word = args[i]!;
    if (quietBind.has(word)) {
      if (["name", "tcp-ut", "mss", "backlog", "maxconn", "nice"].includes(word)) i++;
    } else if (knownBind.has(word)) throw new NotSimulated(`haproxy: bind … ${word}`);
    else {
      report.alert(`parsing [${where}] : 'bind ${address}' : unknown keyword '${word}'${didYouMean(word, [...quietBind, ...knownBind])}`);
      report.inFile = true;
      break;
    }
  }
  return binds;
}

const serverWords = [
  "check", "check-ssl", "verify", "port", "inter", "fastinter", "downinter", "rise", "fall", "backup", "weight", "on-marked-down",
]; // prettier-ignore

/** A `server` line, or `default-server` (whose parameters are kept in the proxy). */
export function parseServer(
  report: Report,
  where: string,
  line: number,
  args: string[],
  proxy: Proxy | ProxySettings,
  resolve: Resolve,
): void {
  const isDefault = args[0] === "default-server";
  const at = isDefault ? `[${where}] : 'default-server'` : `[${where}] : 'server ${(proxy as Proxy).name}/${args[1] ?? ""}'`;
  const fail = (text: string): void => {
    report.alert(`${at} : ${text}`);
    report.inFile = true;
  };
  const settings = { ...proxy.defaultServer };
  if (!isDefault && args[2] === undefined) {
    report.alert(`[${where}] : 'server' expects <name> and <addr>[:<port>] as arguments.`);
    report.inFile = true;
    return;
  }
  const place = isDefault ? undefined : serverAddress(args[2]!, resolve);
  if (place && "problem" in place) fail(place.problem);
  for (let i = isDefault ? 1 : 3; i < args.length; i++) {
    const word = args[i]!;
    const value = args[i + 1];
    switch (word) {
      case "check":
        settings.check = true;
        continue;
      case "check-ssl":
        settings.checkSsl = true;
        continue;
      case "backup":
        settings.backup = true;
        continue;
      case "verify":
        i++;
        if (value === "none") settings.verifyNone = true;
        else throw new NotSimulated(`haproxy: server … verify ${value ?? ""}`);
        continue;
      case "port":
        i++;
        settings.checkPort = Number(value);
        continue;
      case "inter":
      case "fastinter":
      case "downinter": {
        i++;
        if (value === undefined) return fail(`'${word}' expects a delay as argument..`);
        const time = parseTime(value);
        // server.c names the wrong parameter, which users look for in vain: the text is the real one
        if (!time.ok) return fail(`unexpected character '${time.char}' in 'agent-inter' argument of server ${args[1]}..`);
        settings[word] = time.ms;
        continue;
      }
      case "rise":
      case "fall":
        i++;
        if (value === undefined) return fail(`'${word}' expects an integer argument..`);
        if (!(Number.parseInt(value, 10) > 0)) return fail(`'${word}' has to be > 0..`);
        settings[word] = Number.parseInt(value, 10);
        continue;
      case "weight":
        i++;
        if (!(Number(value) >= 0 && Number(value) <= 256)) return fail(`weight of server ${args[1]} is not within 0 and 256 (${value}).`);
        settings.weight = Number(value);
        continue;
      case "on-marked-down":
        i++;
        if (value !== "shutdown-sessions") return fail(`'on-marked-down' expects 'shutdown-sessions' but got '${value ?? ""}'`);
        settings.shutdownSessions = true;
        continue;
    }
    if (knownServer.has(word)) throw new NotSimulated(`haproxy: ${args[0]} … ${word}`);
    return fail(`unknown keyword '${word}'${didYouMean(word, [...serverWords, ...knownServer])}`);
  }
  if (isDefault) {
    proxy.defaultServer = settings;
    return;
  }
  if (!place || "problem" in place) return;
  (proxy as Proxy).servers.push({ ...settings, ...place, name: args[1]!, line });
}

function serverAddress(text: string, resolve: Resolve): Pick<Server, "host" | "ip" | "port"> | { problem: string } {
  const cut = text.lastIndexOf(":");
  const host = cut < 0 ? text : text.slice(0, cut);
  const port = cut < 0 ? "0" : text.slice(cut + 1);
  if (host.startsWith("/") || host.includes("@") || /^[+-]/.test(port)) throw new NotSimulated(`haproxy: server address ${text}`);
  if (!/^\d+$/.test(port)) return { problem: `invalid character '${port.replace(/^\d+/, "")[0]}' in port number '${port}' in '${text}'` };
  if (Number(port) > 65535) return { problem: `invalid port '${port}'` };
  const ip = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host : (resolve(host) ?? "");
  return { host, ip, port: Number(port) };
}

/** `log ADDRESS [len N] [format F] FACILITY [LEVEL]`; undefined after an alert. */
export function parseLog(report: Report, where: string, args: string[]): LogTarget | undefined {
  const fail = (text: string): undefined => {
    report.alert(`parsing [${where}] : log : ${text}`);
    report.inFile = true;
    return undefined;
  };
  const rest = args.slice(2);
  while (rest[0] === "len" || rest[0] === "format" || rest[0] === "sample") rest.splice(0, 2);
  const address = args[1];
  if (address === undefined || rest[0] === undefined) return fail("expects <address> and <facility>  as arguments");
  if (!facilities.has(rest[0])) return fail(`unknown log facility '${rest[0]}'`);
  const level = rest[1] === undefined ? 7 : levels.indexOf(rest[1]);
  if (level < 0) return fail(`unknown optional log level '${rest[1]}'`);
  return { address, level };
}
