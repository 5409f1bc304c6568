/** Reads haproxy.cfg with haproxy's own complaints (recorded from 2.6 and 2.8; cfgparse.c, cfgparse-listen.c, cfgparse-global.c). */
import { NotSimulated } from "../../../core/errno.ts";
import {
  didYouMean,
  knownGlobal,
  knownOptions,
  knownProxy,
  otherSections,
  quietGlobal,
  quietOptions,
  quietProxy,
  timeoutNames,
} from "./keywords.ts";
import { parseBind, parseLog, parseServer, parseTime, type Resolve } from "./lines.ts";
import { hasBackend, hasFrontend, preset, Report, type HaproxyConfig, type Proxy, type ProxySettings } from "./settings.ts";

const sections = ["global", "defaults", "frontend", "backend", "listen"];
const proxyWords = [
  "mode", "balance", "timeout", "option", "no", "maxconn", "retries", "log", "default-server", "http-check", "bind", "default_backend",
  "server",
]; // prettier-ignore
const optionWords = ["tcplog", "httplog", "dontlognull", "redispatch", "tcp-check", "httpchk"];

/** Reads the whole file; the configuration is complete unless the report has an alert. */
export function parseConfig(file: string, text: string, resolve: Resolve): { config: HaproxyConfig; report: Report } {
  const report = new Report();
  const config: HaproxyConfig = { file, logs: [], proxies: [] };
  const reader = new Reader(config, report, resolve);
  const lines = text.split("\n");
  for (const [i, line] of lines.entries()) {
    const args = splitLine(line);
    if (args.length > 0 && !reader.line(i + 1, args)) {
      report.aborted = true;
      break;
    }
    if (i === lines.length - 1 && line !== "") {
      report.alert(`parsing [${file}:${i + 1}]: Missing LF on last line, file might have been truncated at position ${line.length + 1}.`);
      report.inFile = true;
    }
  }
  if (report.inFile) report.alert(`Error(s) found in configuration file : ${file}`);
  return { config, report };
}

/** Words of a line: blanks separate, `\ ` and quotes keep them, `#` begins a comment. */
function splitLine(line: string): string[] {
  const out: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quote === "" && c === "#") break;
    if (c === "\\" && quote !== "'" && i + 1 < line.length) word = (word ?? "") + line[++i]!;
    else if (quote === "" && (c === '"' || c === "'")) {
      quote = c;
      word ??= "";
    } else if (quote === c) quote = "";
    else if (quote === "" && /\s/.test(c)) {
      if (word !== undefined) out.push(word);
      word = undefined;
    } else word = (word ?? "") + c;
  }
  if (word !== undefined) out.push(word);
  return out;
}

class Reader {
  readonly #config: HaproxyConfig;
  readonly #report: Report;
  readonly #resolve: Resolve;
  #section = "";
  #defaults: ProxySettings = preset();
  #proxy: Proxy | undefined;

  constructor(config: HaproxyConfig, report: Report, resolve: Resolve) {
    this.#config = config;
    this.#report = report;
    this.#resolve = resolve;
  }

  #fail(where: string, text: string, separator = " : "): void {
    this.#report.alert(`parsing [${where}]${separator}${text}`);
    this.#report.inFile = true;
  }

  /** False: haproxy reads no further. */
  line(number: number, args: string[]): boolean {
    const where = `${this.#config.file}:${number}`;
    const [word] = args as [string];
    if (otherSections.has(word) && !(word === "cache" && this.#section !== "")) throw new NotSimulated(`haproxy: section ${word}`);
    if (sections.includes(word)) return this.#open(where, number, args);
    if (this.#section === "global") this.#global(where, args);
    else if (this.#section === "") this.#fail(where, `unknown keyword '${word}' out of section.`, ": ");
    else this.#proxyLine(where, number, args);
    return true;
  }

  #open(where: string, number: number, args: string[]): boolean {
    const [kind, name, more] = args as [string, string | undefined, string | undefined];
    this.#section = kind;
    this.#proxy = undefined;
    if (kind === "global") return true;
    if (kind === "defaults") {
      if (more === "from") throw new NotSimulated("haproxy: defaults … from");
      this.#defaults = preset();
      return true;
    }
    if (name === undefined) {
      this.#fail(where, `'${kind}' expects an <id> argument`);
      return false;
    }
    if (more === "from") throw new NotSimulated(`haproxy: ${kind} … from`);
    const bad = /[^-A-Za-z0-9_.:]/.exec(name);
    if (bad) {
      this.#fail(where, `character '${bad[0]}' is not permitted in '${kind}' name '${name}'.`);
      return false;
    }
    const proxy: Proxy = {
      ...structuredClone(this.#defaults),
      name,
      kind: kind as Proxy["kind"],
      line: number,
      binds: [],
      servers: [],
    };
    const twin = this.#config.proxies.find(
      (p) => p.name === name && ((hasFrontend(p) && hasFrontend(proxy)) || (hasBackend(p) && hasBackend(proxy))),
    );
    if (twin) {
      this.#report.alert(
        `Parsing [${where}]: ${kind} '${name}' has the same name as ${twin.kind} '${name}' declared at ${this.#config.file}:${twin.line}.`,
      );
      this.#report.inFile = true;
    }
    this.#config.proxies.push(proxy);
    this.#proxy = proxy;
    return true;
  }

  #global(where: string, args: string[]): void {
    const [word, value] = args as [string, string | undefined];
    if (word === "log") {
      const target = parseLog(this.#report, where, args);
      if (target) this.#config.logs.push(target);
    } else if (word === "stats" && value === "socket" && args[2] !== undefined) this.#config.statsSocket = args[2];
    else if (word === "maxconn") {
      if (value === undefined) this.#fail(where, "'maxconn' expects an integer argument.");
      else this.#config.maxconn = Number.parseInt(value, 10) || 0;
    } else if (word === "daemon" && value !== undefined) this.#fail(where, `'daemon' cannot handle unexpected argument '${value}'.`);
    else if (knownGlobal.has(word)) throw new NotSimulated(`haproxy: global ${word}`);
    else if (!quietGlobal.has(word))
      this.#fail(
        where,
        `unknown keyword '${word}' in 'global' section${didYouMean(word, [...quietGlobal, ...knownGlobal, ...sections, "log", "maxconn"])}`,
      );
  }

  #proxyLine(where: string, number: number, args: string[]): void {
    const proxy = this.#proxy;
    const settings: ProxySettings = proxy ?? this.#defaults;
    const [word, value] = args as [string, string | undefined];
    const inDefaults = (): boolean => {
      if (!proxy) this.#fail(where, `'${word}' not allowed in 'defaults' section.`);
      return !proxy;
    };
    switch (word) {
      case "bind":
        if (inDefaults()) return;
        if (!hasFrontend(proxy!)) return this.#ignored(where, word, "frontend");
        proxy!.binds.push(...parseBind(this.#report, where, number, args));
        return;
      case "server":
        if (inDefaults()) return;
        if (!hasBackend(proxy!)) {
          this.#report.alert(
            `[${where}] : parsing [${where}] : 'server' not allowed because frontend '${proxy!.name}' has no backend capability.`,
          );
          this.#report.inFile = true;
          return;
        }
        parseServer(this.#report, where, number, args, proxy!, this.#resolve);
        return;
      case "default-server":
        parseServer(this.#report, where, number, args, settings, this.#resolve);
        return;
      case "default_backend":
        if (proxy && !hasFrontend(proxy)) return this.#ignored(where, word, "frontend");
        if (value === undefined) this.#fail(where, "'default_backend' expects a backend name.");
        else if (args[2] !== undefined) this.#fail(where, `'default_backend' cannot handle unexpected argument '${args[2]}'.`);
        else settings.defaultBackend = value;
        return;
      case "mode":
        if (value === "tcp" || value === "http") settings.mode = value;
        else if (value === "health")
          this.#fail(where, "'mode health' doesn't exist anymore. Please use 'http-request return status 200' instead.");
        else this.#fail(where, `unknown proxy mode '${value ?? ""}'.`);
        return;
      case "balance":
        if (proxy && !hasBackend(proxy)) return this.#ignored(where, word, "backend");
        return this.#balance(where, value, settings);
      case "timeout":
        return this.#timeout(where, args, settings);
      case "option":
        return this.#option(where, args, settings, proxy);
      case "no":
        if (value === "log") settings.logs = [];
        else if (value === "option" && args[2] === "dontlognull") settings.dontlognull = false;
        else if (value === "option" && args[2] === "redispatch") settings.redispatch = false;
        else if (!(value === "option" && quietOptions.has(args[2] ?? ""))) throw new NotSimulated(`haproxy: ${args.join(" ")}`);
        return;
      case "maxconn":
        if (value === undefined) this.#fail(where, "'maxconn' expects an integer argument.");
        else settings.maxconn = Number.parseInt(value, 10) || 0;
        return;
      case "retries":
        if (value === undefined) this.#fail(where, "'retries' expects an integer argument (dispatch counts for one).");
        else settings.retries = Number.parseInt(value, 10) || 0;
        return;
      case "log": {
        if (value === "global") {
          settings.logs = "global";
          return;
        }
        const target = parseLog(this.#report, where, args);
        if (target) settings.logs = [...(settings.logs === "global" ? this.#config.logs : settings.logs), target];
        return;
      }
      case "http-check":
        return this.#httpCheck(where, args, settings);
    }
    if (quietProxy.has(word)) return;
    if (knownProxy.has(word)) throw new NotSimulated(`haproxy: ${word}`);
    this.#fail(
      where,
      `unknown keyword '${word}' in '${this.#section}' section${didYouMean(word, [...proxyWords, ...quietProxy, ...knownProxy, ...sections])}`,
    );
  }

  #ignored(where: string, word: string, side: string): void {
    this.#report.warn(
      `parsing [${where}] : '${word}' ignored because ${this.#proxy!.kind} '${this.#proxy!.name}' has no ${side} capability.`,
    );
  }

  #balance(where: string, value: string | undefined, settings: ProxySettings): void {
    if (value === undefined || value === "roundrobin" || value === "static-rr") settings.balance = "roundrobin";
    else if (value === "leastconn" || value === "source" || value === "first") settings.balance = value;
    else if (["uri", "url_param", "random", "rdp-cookie", "hash"].includes(value) || /^(hdr|random|rdp-cookie)\(/.test(value))
      throw new NotSimulated(`haproxy: balance ${value}`);
    else
      this.#fail(
        where,
        "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', 'hdr(name)' and 'rdp-cookie(name)' options.",
      );
  }

  #timeout(where: string, args: string[], settings: ProxySettings): void {
    const [, name = "", value] = args;
    if (!timeoutNames.has(name)) {
      this.#fail(
        where,
        `'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', 'tunnel', 'tarpit', 'client-fin' and 'server-fin' (got '${name}')`,
      );
      return;
    }
    if (value === undefined) return this.#fail(where, `'timeout ${name}' expects an integer value (in milliseconds)`);
    const time = parseTime(value);
    if (!time.ok) return this.#fail(where, `unexpected character '${time.char}' in 'timeout ${name}'`);
    settings.timeouts[name as "client"] = time.ms;
  }

  #option(where: string, args: string[], settings: ProxySettings, proxy: Proxy | undefined): void {
    const [, name, more] = args;
    if (name === undefined) return this.#fail(where, "'option' expects an option name.", ": ");
    const alone = (): boolean => {
      if (more !== undefined) this.#fail(where, `'option ${name}' cannot handle unexpected argument '${more}'.`);
      return more === undefined;
    };
    switch (name) {
      case "tcplog":
      case "httplog":
        if (name === "httplog" && more === "clf") throw new NotSimulated("haproxy: option httplog clf");
        if (!alone()) return;
        if (proxy?.kind === "backend")
          this.#report.warn(`parsing [${where}] : backend '${proxy.name}' : 'option ${name}' directive is ignored in backends.`);
        else settings.logFormat = name;
        settings.httplogAt = name === "httplog" ? where : "";
        return;
      case "dontlognull":
        if (alone()) settings.dontlognull = true;
        return;
      case "redispatch":
        settings.redispatch = true;
        return;
      case "tcp-check":
        if (!alone()) return;
        settings.tcpCheck = true;
        delete settings.httpCheck;
        return;
      case "httpchk": {
        const [method, uri] = more === undefined ? [] : args[3] === undefined ? ["OPTIONS", more] : [more, args[3]];
        settings.httpCheck = { method: method ?? "OPTIONS", uri: uri ?? "/", ssl: false };
        settings.tcpCheck = false;
        return;
      }
    }
    if (quietOptions.has(name)) return;
    if (knownOptions.has(name)) throw new NotSimulated(`haproxy: option ${name}`);
    this.#fail(where, `unknown option '${name}'${didYouMean(name, [...optionWords, ...quietOptions, ...knownOptions])}`);
  }

  #httpCheck(where: string, args: string[], settings: ProxySettings): void {
    const check = (settings.httpCheck ??= { method: "OPTIONS", uri: "/", ssl: false });
    const [, what, ...rest] = args;
    if (what === "connect" && rest.every((word) => word === "ssl")) check.ssl = rest.includes("ssl");
    else if (what === "send" && rest.length % 2 === 0) {
      for (let i = 0; i < rest.length; i += 2) {
        if (rest[i] === "meth") check.method = rest[i + 1]!;
        else if (rest[i] === "uri") check.uri = rest[i + 1]!;
        else if (rest[i] !== "ver" && rest[i] !== "hdr") throw new NotSimulated(`haproxy: ${args.join(" ")}`);
      }
    } else if (what === "expect" && rest[0] === "status" && /^\d+$/.test(rest[1] ?? "")) check.expect = Number(rest[1]);
    else if (["connect", "send", "expect", "send-state", "disable-on-404", "set-var", "unset-var", "comment"].includes(what ?? ""))
      throw new NotSimulated(`haproxy: ${args.join(" ")}`);
    else this.#fail(where, `'http-check' : unknown rule '${what ?? ""}'.`);
  }
}
