/** The program `haproxy`: HAProxy 2.8 as Ubuntu packages it, for `mode tcp`. */
import type { Data } from "../../../core/json.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { checked, runCheck } from "./checks.ts";
import { parseArguments, type Options } from "./command-line.ts";
import { childEnded, complain, introduce, masterSignal, readConfig, startMaster } from "./master.ts";
import { say } from "./say.ts";
import { accepted, closed, onIdle, passOn, serve } from "./session.ts";
import { finish, listen, startWorker } from "./worker.ts";

/** `haproxy -c`. */
function check(p: Proc, options: Options): void {
  const read = readConfig(p, options.files[0]!);
  const quiet = options.quiet && !options.verbose;
  if (read.missing !== undefined) {
    if (!quiet) introduce(p);
    if (!quiet) say(p, "ALERT", read.missing);
    return p.exit(1);
  }
  const { config, report } = read;
  if (!quiet) complain(p, report);
  if (report.failed) p.exit(1);
  const listens = config.statsSocket !== undefined || config.proxies.some((proxy) => proxy.binds.length > 0);
  if (!quiet && report.warned) p.log("Warnings were found.", 1);
  if (!quiet)
    p.log(listens ? "Configuration file is valid" : "Configuration file has no error but will not start (no listener) => exit(2).", 1);
  p.exit(listens ? 0 : 2);
}

const parentOf = (p: Proc): Proc | undefined => p.machine.procs.get(p.state.ppid);

export const haproxy: DaemonProgram = {
  name: "haproxy",

  start(p) {
    const options = parseArguments(p);
    if (p.env.HAPROXY_MWORKER === "1" && parentOf(p)?.state.program === "haproxy") {
      const read = readConfig(p, options.files[0]!);
      if (read.missing !== undefined || read.report.failed) return p.exit(1);
      return startWorker(p, read.config);
    }
    if (options.check) return check(p, options);
    if (!options.masterWorker) p.notSimulated("haproxy without a master (-W or -Ws)");
    startMaster(p, options);
  },

  on(p, event, data) {
    const d = data as Record<string, Data>;
    switch (event) {
      case "listen":
        return listen(p);
      case "accept":
        return accepted(p, d as never);
      case "data":
        return passOn(p, d.conn as number, d.message as Data);
      case "closed":
        return closed(p, d.conn as number, d.why as string);
      case "server-closed":
        return closed(p, d.conn as number, "fin");
      case "hang-up":
        return p.net.shut(d.conn as number);
      case "idle":
        return onIdle(p, d.conn as number);
      case "check":
        return runCheck(p, d as never);
      case "checked":
        return checked(p, d as never);
      case "drained":
        return p.exit(0);
      case "sigchld":
        return childEnded(p, d as never);
    }
  },

  signal(p, signal) {
    if (p.data.role === "master") return masterSignal(p, signal);
    if (signal === "SIGUSR1") {
      finish(p);
      return true;
    }
    return signal === "SIGUSR2" || signal === "SIGHUP" || signal === "SIGPIPE";
  },

  serve: (p, incoming) => (p.data.role === "worker" ? serve(p, incoming) : undefined),
};
