/** `start_runit`, process 1 of calico/node's container: start-up, then runit's supervision of the services; and runit's `sv`. */
import type { Data } from "../../../core/json.ts";
import type { CommandProgram, DaemonProgram, Signal } from "../../../kernel/program.ts";
import type { Proc } from "../../../kernel/proc.ts";

const enabled = "/etc/service/enabled";

const commands: Record<string, string[]> = {
  confd: ["calico-node", "-confd"],
  felix: ["calico-node", "-felix"],
  bird: ["bird", "-R", "-s", "/var/run/calico/bird.ctl", "-d", "-c", "/etc/calico/confd/config/bird.cfg"],
  "monitor-addresses": ["calico-node", "-monitor-addresses"],
  "allocate-tunnel-addrs": ["calico-node", "-allocate-tunnel-addrs"],
  "node-status-reporter": ["calico-node", "-status-reporter"],
  cni: ["calico-node", "-monitor-token"],
};

interface State {
  phase: "startup" | "run";
  /** Process ids of what runs: `startup`, or services by name. */
  pids: Record<string, number>;
  since: Record<string, number>;
}

const stateOf = (p: Proc): State => p.data as unknown as State;

function services(p: Proc): string[] {
  const backend = p.env.CALICO_NETWORKING_BACKEND ?? "bird";
  return [
    "felix",
    "monitor-addresses",
    "allocate-tunnel-addrs",
    "node-status-reporter",
    ...(backend === "bird" ? ["confd", "bird"] : []),
    // the default is true (docs.tigera.io, "Configuring calico/node")
    ...(p.env.CALICO_MANAGE_CNI === "false" ? [] : ["cni"]),
  ];
}

/** The container's output, so that it is still theirs after a world was loaded. */
const inherited = (p: Proc): { sinks?: NonNullable<typeof p.state.sinks> } => (p.state.sinks ? { sinks: p.state.sinks } : {});

function run(p: Proc, name: string): void {
  const s = stateOf(p);
  const child = p.spawn({ argv: commands[name]!, session: true, ...inherited(p) });
  s.pids[name] = child.pid;
  s.since[name] = p.now;
  p.fs.mkdirp(`${enabled}/${name}/supervise`);
  p.fs.write(`${enabled}/${name}/supervise/pid`, `${child.pid}\n`);
}

export const startRunit: DaemonProgram = {
  name: "start_runit",
  start(p) {
    Object.assign(p.data, { phase: "startup", pids: {}, since: {} } satisfies State);
    stateOf(p).pids.startup = p.spawn({ argv: ["calico-node", "-startup"], ...inherited(p) }).pid;
  },
  on(p, event, data) {
    const s = stateOf(p);
    const d = data as { pid?: number; code?: number; signal?: Data; name?: string };
    if (event === "sigchld") {
      const name = Object.keys(s.pids).find((n) => s.pids[n] === d.pid);
      if (name === undefined) return;
      delete s.pids[name];
      if (s.phase === "startup") {
        if (d.code !== 0 || d.signal) p.exit(1);
        s.phase = "run";
        p.log("Calico node started successfully", 1);
        for (const service of services(p)) run(p, service);
        return;
      }
      p.fs.write(`${enabled}/${name}/supervise/pid`, "");
      // runsv starts a service again a second after it ended
      p.after(1000, "again", { name });
    }
    if (event === "again" && s.phase === "run" && s.pids[d.name!] === undefined) run(p, d.name!);
  },
  signal(p: Proc, signal: Signal) {
    if (signal !== "SIGTERM" && signal !== "SIGINT" && signal !== "SIGHUP") return false;
    // process 1 of a PID namespace takes everything with it
    for (const pid of Object.values(stateOf(p).pids)) p.machine.procs.get(pid)?.raise("SIGKILL");
    p.finish({ code: 143 });
    return true;
  },
};

const letters: Record<string, Signal> = {
  hup: "SIGHUP",
  term: "SIGTERM",
  kill: "SIGKILL",
  int: "SIGINT",
  usr1: "SIGUSR1",
  alarm: "SIGALRM",
  restart: "SIGTERM",
  "1": "SIGUSR1",
};

export const sv: CommandProgram = {
  name: "sv",
  async main(p) {
    const [command, ...names] = p.args.filter((a) => a !== "-v");
    if (command === undefined || names.length === 0) {
      await p.err("usage: sv [-v] [-w sec] command service ...\n");
      return 100;
    }
    let status = 0;
    for (const given of names) {
      const dir = given.startsWith("/") ? given : `${enabled}/${given}`;
      if (!p.fs.isDir(`${dir}/supervise`)) {
        await p.out(`fail: ${given}: unable to change to service directory: file does not exist\n`);
        status = 1;
        continue;
      }
      const pid = Number(p.fs.tryReadText(`${dir}/supervise/pid`)?.trim() ?? 0);
      const running = p.machine.procs.get(pid);
      if (command === "status") {
        await p.out(
          running
            ? `run: ${given}: (pid ${pid}) ${Math.floor((p.now - running.state.startedAt) / 1000)}s\n`
            : `down: ${given}: 1s, normally up, want up\n`,
        );
        if (!running) status = 1;
      } else if (letters[command]) {
        if (running) p.machine.kill(p, pid, letters[command]);
        if (command === "restart") await p.out(`ok: run: ${given}: (pid ${pid}) 0s\n`);
      } else {
        p.notSimulated(`sv ${command}`);
      }
    }
    return status;
  },
};
