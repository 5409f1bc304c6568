/** A worker: listens, passes connections on, checks servers. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { startChecks } from "./checks.ts";
import { log, say } from "./say.ts";
import { hasFrontend, type HaproxyConfig } from "./settings.ts";
import { keyOf, worker, type WorkerState } from "./state.ts";

/** Listens a moment later: the worker before has to leave its ports (real ones share them with SO_REUSEPORT). */
export function startWorker(p: Proc, config: HaproxyConfig): void {
  const state: WorkerState = {
    role: "worker",
    config,
    servers: {},
    sessions: {},
    clients: {},
    listeners: {},
    turns: {},
    cumulated: {},
    stopping: false,
  };
  for (const proxy of config.proxies) {
    state.cumulated[proxy.name] = { fe: 0, be: 0 };
    for (const server of proxy.servers) state.servers[keyOf(proxy.name, server.name)] = { health: server.rise, current: 0, total: 0 };
  }
  Object.assign(p.data, state);
  p.after(0, "listen");
}

export function listen(p: Proc): void {
  const s = worker(p);
  for (const proxy of s.config.proxies) {
    if (!hasFrontend(proxy)) continue;
    for (const bind of proxy.binds) {
      try {
        s.listeners[p.net.listen("tcp", bind.ip, bind.port, { accept: "events" })] = proxy.name;
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
      }
    }
  }
  drop(p);
  startChecks(p);
}

/** `user haproxy` and `group haproxy`, once the ports are bound. */
function drop(p: Proc): void {
  const entry = /^haproxy:[^:]*:(\d+):(\d+):/m.exec(p.fs.tryReadText("/etc/passwd") ?? "");
  if (!entry || p.uid !== 0 || !/^\s*user\s+haproxy\s*$/m.test(p.fs.tryReadText(worker(p).config.file) ?? "")) return;
  p.state.uid = Number(entry[1]);
  p.state.gid = Number(entry[2]);
}

/** SIGUSR1: no new connections; ends when the last one has. */
export function finish(p: Proc): void {
  const s = worker(p);
  if (s.stopping) return;
  s.stopping = true;
  for (const socket of Object.keys(s.listeners)) p.net.close(Number(socket));
  for (const proxy of s.config.proxies) {
    const { fe, be } = s.cumulated[proxy.name]!;
    const text = `Proxy ${proxy.name} stopped (cumulated conns: FE: ${fe}, BE: ${be}).`;
    say(p, "WARNING", text);
    log(p, proxy, "notice", text);
  }
  if (Object.keys(s.sessions).length === 0) p.after(0, "drained");
}
