/** The program `bird`: BIRD 2.0.12 as Ubuntu ships it, and Calico's fork of BIRD 1.6. */
import { Errno } from "../../core/errno.ts";
import type { Data } from "../../core/json.ts";
import { dirname } from "../../fs/view.ts";
import type { DaemonProgram, Signal } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { Incoming } from "../../net/api.ts";
import { ceases, incoming, newSession, onBgpEvent, onClosed, onData, startBgp, stopBgp, watchNeighbors } from "./bgp.ts";
import type { BirdConfig, Flavour, ProtocolConfig, StaticRoute } from "./config.ts";
import { answer } from "./control.ts";
import { glob } from "./filter.ts";
import { scan, withdrawFromKernel } from "./kernel.ts";
import { ConfigError } from "./lexer.ts";
import { log, traceState } from "./log.ts";
import { parseConfig } from "./parser.ts";
import { announce, feed, flush, preferences, revision, withdraw } from "./rib.ts";
import { arm, birdState, noStats, type BirdState, type ProtocolState } from "./state.ts";

/** `2.0.12`, or `v0.3.3+birdv1.6.8`. */
export const flavourOf = (version: string): Flavour => (version.startsWith("2") ? "bird2" : "bird1");

interface Options {
  config: string;
  socket: string;
  foreground: boolean;
  parseOnly: boolean;
  recover: boolean;
  pidFile?: string;
}

export const bird: DaemonProgram = {
  name: "bird",

  start(p) {
    const version = p.state.version || "2.0.12";
    const flavour = flavourOf(version);
    const options = parseArguments(p, version, flavour);
    let config: BirdConfig;
    try {
      config = readConfig(p, flavour, options.config);
    } catch (error) {
      return fatal(p, flavour, error, options.config);
    }
    if (options.parseOnly) p.exit(0);
    if (!options.foreground) {
      // daemon(3): a child goes on, the parent ends
      p.spawn({ argv: [...p.argv, "-f"], exe: p.state.exe, session: true });
      p.exit(0);
    }
    const s: BirdState = {
      flavour,
      version,
      configPath: options.config,
      socketPath: options.socket,
      control: 0,
      listener: 0,
      startedAt: p.now,
      reconfiguredAt: p.now,
      routerId: config.routerId ?? guessRouterId(p),
      config,
      protocols: [],
      table: {},
      installed: {},
    };
    Object.assign(p.data, s);
    try {
      if (p.fs.exists(options.socket)) p.fs.unlink(options.socket);
      birdState(p).control = p.net.listenUnix(options.socket);
      p.fs.chmod(options.socket, 0o660);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      p.log(`bird: Cannot create control socket ${options.socket}: ${error.text}`);
      p.exit(1);
    }
    if (options.pidFile) p.fs.write(options.pidFile, `${p.pid}\n`);
    const bgp = config.protocols.some((x) => x.kind === "BGP");
    if (bgp) listen(p);
    if (options.recover && bgp) birdState(p).recovering = arm(p, undefined, 240_000, "recovered");
    log(p, "INFO", "Started");
    for (const protocol of config.protocols) addProtocol(p, protocol);
    schedule(p);
  },

  on(p, event, data) {
    const d = data as Record<string, Data>;
    if (event === "scan") {
      if (!settled(p)) {
        scan(p);
        watchNeighbors(p);
      }
      return schedule(p);
    }
    if (event === "accept") {
      const peer = d.peer as { ip: string; port: number };
      return incoming(p, d.conn as number, peer, (d.local as { ip: string } | undefined)?.ip ?? "");
    }
    if (event === "data") return onData(p, d.conn as number, d.message as Data);
    if (event === "closed") return onClosed(p, d.conn as number, d.why as string);
    if (event === "recovered") {
      delete birdState(p).recovering;
      return;
    }
    if (event === "shut-down") {
      log(p, "FATAL", "Shutdown completed");
      p.exit(0);
    }
    if (event === "restart-protocol") {
      const ps = birdState(p).protocols.find((x) => x.name === d.proto);
      if (ps) startProtocol(p, ps);
      return;
    }
    onBgpEvent(p, event, d as never);
  },

  signal(p: Proc, signal: Signal) {
    // before start-up is over there is nothing to stop or to read again
    if (birdState(p).config === undefined) return signal === "SIGHUP";
    if (signal === "SIGTERM" || signal === "SIGINT") {
      shutDown(p);
      return true;
    }
    if (signal === "SIGHUP") {
      reconfigure(p);
      return true;
    }
    return signal === "SIGUSR1";
  },

  serve(p: Proc, request: Incoming) {
    const m = request.message as { type?: string; command?: string };
    if (request.transport !== "unix" || m.type !== "bird-cli") return undefined;
    return answer(p, m.command ?? "", {
      reconfigure: () => reconfigure(p),
      check: () => check(p),
      shutDown: () => shutDown(p),
      setState: (pattern, change) => setState(p, pattern, change),
    });
  },
};

function parseArguments(p: Proc, version: string, flavour: Flavour): Options {
  const calico = flavour === "bird1";
  const o: Options = {
    config: calico ? "/etc/bird.conf" : "/etc/bird/bird.conf",
    socket: calico ? "/var/run/bird.ctl" : "/run/bird/bird.ctl",
    foreground: false,
    parseOnly: false,
    recover: false,
  };
  const args = [...p.args];
  const value = (letter: string, rest: string): string => {
    const v = rest !== "" ? rest : args.shift();
    if (v === undefined) {
      p.log(`bird: option requires an argument -- '${letter}'`);
      usage(p);
    }
    return v;
  };
  while (args.length > 0) {
    const arg = args.shift()!;
    if (arg === "--version") {
      p.log(`BIRD version ${version}`);
      p.exit(0);
    }
    if (arg === "--help" || !arg.startsWith("-")) usage(p, arg === "--help");
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i]!;
      if ("csPDugl".includes(letter) && letter !== "l") {
        const v = value(letter, arg.slice(i + 1));
        if (letter === "c") o.config = v;
        if (letter === "s") o.socket = v;
        if (letter === "P") o.pidFile = v;
        break;
      }
      if (letter === "d" || letter === "f") o.foreground = true;
      else if (letter === "p") o.parseOnly = true;
      else if (letter === "R") o.recover = true;
      else if (letter === "l") o.config = "bird.conf";
      else {
        p.log(`bird: invalid option -- '${letter}'`);
        usage(p);
      }
    }
  }
  return o;
}

function usage(p: Proc, help = false): never {
  p.log("Usage: bird [--version] [--help] [-c <config-file>] [OPTIONS]", help ? 1 : 2);
  p.exit(help ? 0 : 1);
}

function fatal(p: Proc, flavour: Flavour, error: unknown, path: string): never {
  if (error instanceof ConfigError)
    p.log(flavour === "bird2" ? `bird: ${error.message}` : `bird: ${error.message.replace(/:(\d+):\d+ /, ", line $1: ")}`);
  else if (error instanceof Errno) p.log(`bird: Unable to open configuration file ${path}: ${error.text}`);
  else throw error;
  p.exit(1);
}

function readConfig(p: Proc, flavour: Flavour, path: string): BirdConfig {
  const folder = dirname(path);
  return parseConfig(flavour, path, p.fs.readText(path), (pattern) => {
    const full = pattern.startsWith("/") ? pattern : `${folder}/${pattern}`;
    if (!/[*?[]/.test(full)) {
      const text = p.fs.tryReadText(full);
      if (text === undefined) throw new Error(`Unable to open included file ${full}: No such file or directory`);
      return [{ file: full, text }];
    }
    const dir = dirname(full);
    const match = glob(full.slice(dir.length + 1));
    if (!p.fs.isDir(dir)) return [];
    return p.fs
      .readdir(dir)
      .filter((name) => match.test(name))
      .toSorted()
      .map((name) => ({ file: `${dir}/${name}`, text: p.fs.readText(`${dir}/${name}`) }));
  });
}

/** The numerically lowest address of a regular interface. */
function guessRouterId(p: Proc): string {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  for (const link of ns.links()) {
    const address = link.kind === "loopback" ? undefined : link.addresses[0];
    if (address) return address.cidr.split("/")[0]!;
  }
  p.log("bird: Cannot determine router ID, please configure it manually");
  p.exit(1);
}

function listen(p: Proc): void {
  const s = birdState(p);
  if (s.listener) return;
  const at = s.config.listen ?? { port: 179 };
  try {
    s.listener = p.net.listen("tcp", at.address ?? "0.0.0.0", at.port, { accept: "events", backlog: 8 });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    log(p, "ERR", `BGP: Cannot open listening socket: ${error.text}`);
  }
}

/** What the last scans found: of the kernel and of the process, and how many of them found the same. */
const scans = new WeakMap<Proc, { config: BirdConfig; found: string; count: number }>();

/** Whether two scans have looked at the same already: then a third finds nothing either. */
function settled(p: Proc): boolean {
  const { config, protocols, recovering } = birdState(p);
  const { generation } = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const sessions = protocols.map(({ state, bgp }) => `${state} ${bgp?.ready} ${bgp?.startup !== undefined}`);
  const found = [generation, revision(p), recovering !== undefined, ...sessions].join();
  const before = scans.get(p);
  const count = before?.config === config && before.found === found ? before.count : 0;
  scans.set(p, { config, found, count: count + 1 });
  return count >= 2;
}

function schedule(p: Proc): void {
  const s = birdState(p);
  const times = s.config.protocols.map((x) => x.scanTime).filter((x) => x !== undefined);
  // the kernel's notifications, which BIRD follows between two scans, are stood in for by looking every few seconds
  s.scan = arm(p, s.scan, Math.min(3, ...times) * 1000, "scan");
}

// --- protocols come and go

function addProtocol(p: Proc, config: ProtocolConfig, at?: number): ProtocolState {
  const s = birdState(p);
  const ps: ProtocolState = {
    name: config.name,
    config,
    state: "down",
    since: p.now,
    disabled: config.disabled,
    stats: noStats(),
    ...(config.kind === "BGP" ? { bgp: newSession() } : {}),
  };
  if (at === undefined) s.protocols.push(ps);
  else s.protocols[at] = ps;
  if (!ps.disabled) startProtocol(p, ps);
  return ps;
}

function startProtocol(p: Proc, ps: ProtocolState): void {
  delete ps.restart;
  if (ps.disabled || ps.state !== "down") return;
  if (ps.config.kind === "BGP") return startBgp(p, ps);
  ps.state = "up";
  ps.since = p.now;
  traceState(p, ps, "up");
  if (ps.config.kind === "Static") for (const r of ps.config.routes ?? []) announceStatic(p, ps, r);
  if (ps.config.kind === "Kernel") feed(p, ps);
  if (ps.config.kind === "Direct" || ps.config.kind === "Kernel" || ps.config.kind === "Device") scan(p);
}

function announceStatic(p: Proc, ps: ProtocolState, r: StaticRoute): void {
  announce(p, ps, {
    net: r.net,
    proto: ps.name,
    source: "STATIC",
    dest: r.type,
    preference: preferences.Static,
    at: p.now,
    ...(r.via === undefined ? {} : { nextHop: r.via, recursive: true }),
    ...(r.dev === undefined ? {} : { dev: r.dev }),
  });
}

/** Routes of a static protocol come and go without a restart (static_reconfigure). */
function updateStatic(p: Proc, ps: ProtocolState, before: StaticRoute[]): void {
  const now = ps.config.routes ?? [];
  if (ps.state !== "up") return;
  for (const r of before) if (!now.some((x) => x.net === r.net)) withdraw(p, ps, r.net);
  for (const r of now) if (!before.some((x) => JSON.stringify(x) === JSON.stringify(r))) announceStatic(p, ps, r);
}

function stopProtocol(p: Proc, ps: ProtocolState, subcode: number): void {
  if (ps.state === "down") return;
  if (ps.config.kind === "BGP") return stopBgp(p, ps, subcode);
  if (ps.config.kind === "Kernel") withdrawFromKernel(p, ps);
  flush(p, ps);
  ps.state = "down";
  ps.since = p.now;
  traceState(p, ps, "down");
}

/** `enable`, `disable`, `restart` by name or pattern; undefined when no protocol matches. */
function setState(p: Proc, pattern: string, change: "enable" | "disable" | "restart"): string[] | undefined {
  const s = birdState(p);
  const match = pattern === "all" ? /^/ : glob(pattern);
  const chosen = s.protocols.filter((x) => match.test(x.name));
  if (chosen.length === 0) return undefined;
  return chosen.map((ps) => {
    if (change === "enable") {
      if (!ps.disabled) return `${ps.name}: already enabled`;
      log(p, "INFO", `Enabling protocol ${ps.name}`);
      ps.disabled = false;
      startProtocol(p, ps);
      return `${ps.name}: enabled`;
    }
    if (ps.disabled) return `${ps.name}: already disabled`;
    log(p, "INFO", `${change === "disable" ? "Disabling" : "Restarting"} protocol ${ps.name}`);
    ps.disabled = change === "disable";
    if (ps.bgp) ps.bgp.startupDelay = 0;
    stopProtocol(p, ps, change === "disable" ? ceases.shutdown : ceases.reset);
    if (change === "restart") startProtocol(p, ps);
    return `${ps.name}: ${change === "disable" ? "disabled" : "restarted"}`;
  });
}

function check(p: Proc): string[] {
  const s = birdState(p);
  const lines = [`Reading configuration from ${s.configPath}`];
  try {
    readConfig(p, s.flavour, s.configPath);
    return [...lines, "Configuration OK"];
  } catch (error) {
    return [...lines, complaint(error, s)];
  }
}

function complaint(error: unknown, s: BirdState): string {
  if (error instanceof ConfigError)
    return s.flavour === "bird2" ? `!${error.message}` : `!${error.message.replace(/:(\d+):\d+ /, ", line $1: ")}`;
  if (error instanceof Errno) return `!Unable to open configuration file ${s.configPath}: ${error.text}`;
  throw error;
}

/** Reads the configuration again and changes what differs; lines to show, one with a leading `!` is an error. */
function reconfigure(p: Proc): string[] {
  const s = birdState(p);
  const lines = [`Reading configuration from ${s.configPath}`];
  let next: BirdConfig;
  try {
    next = readConfig(p, s.flavour, s.configPath);
  } catch (error) {
    const text = complaint(error, s);
    log(p, "ERR", text.slice(1));
    return [...lines, text];
  }
  log(p, "INFO", "Reconfiguring");
  const old = s.config;
  s.config = next;
  s.reconfiguredAt = p.now;
  s.routerId = next.routerId ?? s.routerId;
  let pending = false;
  const before = s.protocols;
  s.protocols = [];
  const filtersChanged = JSON.stringify([old.filters, old.functions]) !== JSON.stringify([next.filters, next.functions]);
  const kept = new Set<ProtocolState>();
  const added: ProtocolConfig[] = [];
  const work: (() => void)[] = [];
  for (const config of next.protocols) {
    const ps = before.find((x) => x.name === config.name && x.config.kind === config.kind);
    if (!ps) {
      added.push(config);
      s.protocols.push({
        name: config.name,
        config,
        state: "down",
        since: p.now,
        disabled: config.disabled,
        stats: noStats(),
        ...(config.kind === "BGP" ? { bgp: newSession() } : {}),
      });
      continue;
    }
    kept.add(ps);
    s.protocols.push(ps);
    const was = ps.config;
    const same = JSON.stringify(core(was)) === JSON.stringify(core(config));
    const channelsSame = JSON.stringify(was.channels) === JSON.stringify(config.channels);
    work.push(() => {
      ps.config = config;
      if (config.kind === "Static") updateStatic(p, ps, was.routes ?? []);
      const fixed = was.disabled !== config.disabled || (ps.disabled !== config.disabled && same);
      if (fixed && config.disabled !== ps.disabled) {
        log(p, "INFO", `${config.disabled ? "Disabling" : "Enabling"} protocol ${ps.name}`);
        ps.disabled = config.disabled;
        if (config.disabled) stopProtocol(p, ps, ceases.shutdown);
        else startProtocol(p, ps);
      } else if (!same) {
        if (s.flavour === "bird2" && was.bgp && config.bgp && was.bgp.localAs !== config.bgp.localAs)
          log(p, "INFO", `Cannot reconfigure channel ${ps.name}.ipv4`);
        log(p, "INFO", `Restarting protocol ${ps.name}`);
        if (ps.state === "up" && ps.bgp) pending = true;
        if (ps.bgp) ps.bgp.startupDelay = 0;
        stopProtocol(p, ps, ceases.changed);
        startProtocol(p, ps);
      } else if (!channelsSame || filtersChanged) reload(p, ps, !channelsSame);
    });
  }
  // protocols that are gone stop while the others still hear their routes go
  for (const ps of before.filter((x) => !kept.has(x))) {
    log(p, "INFO", `Removing protocol ${ps.name}`);
    if (ps.state === "up" && ps.bgp) pending = true;
    ps.disabled = true;
    stopProtocol(p, ps, ceases.deconfigured);
  }
  for (const step of work) step();
  for (const config of added) {
    log(p, "INFO", `Adding protocol ${config.name}`);
    const ps = s.protocols.find((x) => x.name === config.name)!;
    if (!ps.disabled) startProtocol(p, ps);
  }
  if (next.protocols.some((x) => x.kind === "BGP")) listen(p);
  scan(p);
  schedule(p);
  log(p, "INFO", "Reconfigured");
  return [...lines, pending ? "Reconfiguration in progress" : "Reconfigured"];
}

/** What a change of means a restart: all but filters, description and debug flags. */
const core = (c: ProtocolConfig): unknown => {
  const { channels: _c, disabled: _d, description: _e, traceStates: _t, ...rest } = c;
  return c.kind === "Static" || c.kind === "Device" ? { ...rest, routes: undefined, scanTime: undefined } : rest;
};

/** New filters: routes are looked at again without touching the session. */
function reload(p: Proc, ps: ProtocolState, announceIt: boolean): void {
  if (announceIt && ps.config.kind === "BGP") log(p, "INFO", `Reloading protocol ${ps.name}`);
  if (ps.state !== "up") return;
  if (ps.config.kind === "Kernel" || ps.config.kind === "BGP") feed(p, ps);
}

function shutDown(p: Proc): void {
  const s = birdState(p);
  log(p, "INFO", "Shutting down");
  for (const ps of s.protocols) {
    ps.disabled = true;
    if (ps.bgp) stopProtocol(p, ps, ceases.shutdown);
  }
  for (const ps of s.protocols) stopProtocol(p, ps, ceases.shutdown);
  try {
    p.fs.unlink(s.socketPath);
  } catch {
    // somebody removed it already
  }
  p.after(1, "shut-down");
}
