/** The master of `haproxy -W`: reads the configuration, starts workers, and starts others at a reload (mworker.c). */
import { Errno } from "../../../core/errno.ts";
import type { Data } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { signals, type Signal } from "../../../kernel/program.ts";
import { sdNotify } from "../../../systemd/notify.ts";
import { versionOf, type Options } from "./command-line.ts";
import { parseConfig } from "./parse.ts";
import { say } from "./say.ts";
import { hasFrontend, type HaproxyConfig, type Report } from "./settings.ts";
import { master, type MasterState } from "./state.ts";
import { checkValidity } from "./validity.ts";

type Read = { config: HaproxyConfig; report: Report; missing?: undefined } | { missing: string };

/** Reads the file. `missing`: what is said when it cannot be opened. */
export function readConfig(p: Proc, file: string): Read {
  let text: string;
  try {
    if (p.fs.isDir(file)) p.notSimulated("haproxy -f with a folder");
    text = p.fs.readText(file);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return { missing: `config : Cannot open configuration file/directory ${file} : ${error.text}` };
  }
  const read = parseConfig(file, text, (name) => {
    const found = p.net.resolve(name);
    return found.ok ? found.addresses.find((ip) => !ip.includes(":")) : undefined;
  });
  if (read.report.failed) {
    if (!read.report.aborted) read.report.alert("Fatal errors found in configuration.");
  } else checkValidity(read.config, read.report);
  return read;
}

/** A process says who it is before the first thing that it complains about. */
export function introduce(p: Proc): void {
  if (p.data.introduced === true) return;
  p.data.introduced = true;
  say(p, "NOTICE", `haproxy version is ${versionOf(p)}`);
  say(p, "NOTICE", `path to executable is ${p.state.exe}`);
}

export function complain(p: Proc, report: Report): void {
  if (report.messages.length > 0) introduce(p);
  for (const { level, text } of report.messages) say(p, level, text);
}

export function startMaster(p: Proc, options: Options): void {
  const file = options.files[0]!;
  const state: Omit<MasterState, "introduced"> = {
    role: "master",
    options: { file, ...(options.pidFile === undefined ? {} : { pidFile: options.pidFile }) },
    worker: 0,
    former: [],
    stopping: false,
  };
  Object.assign(p.data, state);
  const config = load(p);
  if (!config || !bindable(p, config)) p.exit(1);
  if (options.pidFile !== undefined) p.fs.write(options.pidFile, `${p.pid}\n`);
  fork(p);
  sdNotify(p, "READY=1");
}

function load(p: Proc): HaproxyConfig | undefined {
  const read = readConfig(p, master(p).options.file);
  if (read.missing !== undefined) {
    introduce(p);
    say(p, "ALERT", read.missing);
    return undefined;
  }
  complain(p, read.report);
  return read.report.failed ? undefined : read.config;
}

/** The master binds the ports itself before it forks; here it only looks whether the worker will be able to. */
function bindable(p: Proc, config: HaproxyConfig): boolean {
  let good = true;
  for (const proxy of config.proxies) {
    if (!hasFrontend(proxy)) continue;
    for (const bind of proxy.binds) {
      try {
        p.net.close(p.net.listen("tcp", bind.ip, bind.port));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        introduce(p);
        const why = error.code === "EACCES" ? "Permission denied" : error.text;
        say(
          p,
          "ALERT",
          `Binding [${config.file}:${bind.line}] for ${proxy.kind === "listen" ? "proxy" : "frontend"} ${proxy.name}: cannot bind socket (${why}) for [${bind.text}]`,
        );
        good = false;
      }
    }
  }
  if (!good) say(p, "ALERT", "[haproxy.main()] Some protocols failed to start their listeners! Exiting.");
  return good;
}

function fork(p: Proc): void {
  const child = p.spawn({
    argv: p.argv,
    exe: p.state.exe,
    env: { ...p.env, HAPROXY_MWORKER: "1" },
    ...(p.state.sinks ? { sinks: p.state.sinks } : {}),
  });
  master(p).worker = child.pid;
  say(p, "NOTICE", `New worker (${child.pid}) forked`);
  say(p, "NOTICE", "Loading success.");
}

const tell = (p: Proc, pid: number, signal: Signal): void => p.machine.procs.get(pid)?.raise(signal);

/** SIGUSR2: the configuration is read again; with a bad one the worker that is there stays. */
function reload(p: Proc): void {
  const s = master(p);
  sdNotify(p, "RELOADING=1");
  say(p, "NOTICE", "Reloading HAProxy");
  p.data.introduced = false;
  if (load(p)) {
    const { worker } = s;
    s.former.push(worker);
    fork(p);
    tell(p, worker, "SIGUSR1");
  } else say(p, "WARNING", "Loading failure!");
  sdNotify(p, "READY=1");
}

export function masterSignal(p: Proc, signal: Signal): boolean {
  const s = master(p);
  const all = [s.worker, ...s.former];
  switch (signal) {
    case "SIGUSR2":
    case "SIGHUP":
      if (!s.stopping) reload(p);
      return true;
    case "SIGUSR1":
    case "SIGTERM":
    case "SIGINT":
      if (s.stopping) return true;
      s.stopping = true;
      sdNotify(p, "STOPPING=1");
      introduce(p);
      say(p, "WARNING", "Exiting Master process...");
      for (const pid of all) tell(p, pid, signal);
      return true;
    default:
      return false;
  }
}

const names: Partial<Record<Signal, string>> = {
  SIGTERM: "Terminated",
  SIGKILL: "Killed",
  SIGINT: "Interrupt",
  SIGSEGV: "Segmentation fault",
};

/** A worker has ended. */
export function childEnded(p: Proc, { pid, code, signal }: { pid: number; code: number; signal: Data }): void {
  const s = master(p);
  const status = typeof signal === "string" ? 128 + signals[signal as Signal] : code;
  const how = typeof signal === "string" ? (names[signal as Signal] ?? signal) : "Exit";
  introduce(p);
  if (s.former.includes(pid)) {
    s.former = s.former.filter((former) => former !== pid);
    say(p, "WARNING", `Former worker (${pid}) exited with code ${status} (${how})`);
  } else if (pid === s.worker) {
    say(p, status === 0 ? "WARNING" : "ALERT", `Current worker (${pid}) exited with code ${status} (${how})`);
    s.worker = 0;
    if (status !== 0 && !s.stopping) {
      say(p, "ALERT", "exit-on-failure: killing every processes with SIGTERM");
      for (const former of s.former) tell(p, former, "SIGTERM");
    }
    if (!s.stopping) s.stopping = true;
    // a worker that was told to end is no failure
    p.data.status = status === 143 || status === 130 ? 0 : status;
  } else return;
  if (s.worker !== 0 || s.former.length > 0) return;
  const last = (p.data.status as number | undefined) ?? 0;
  say(p, "WARNING", `All workers exited. Exiting... (${last})`);
  p.exit(last);
}
