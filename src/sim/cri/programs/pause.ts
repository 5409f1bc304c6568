/** The pause container's only process (kubernetes/build/pause/linux/pause.c). */
import type { DaemonProgram } from "../../kernel/program.ts";

export const pause: DaemonProgram = {
  name: "pause",
  start(p) {
    if (p.args.includes("-v")) {
      p.log(`pause.c ${p.state.version}`, 1);
      p.exit(0);
    }
  },
  on: () => undefined,
  signal(p, signal) {
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    p.log(`Shutting down, got signal: ${signal === "SIGTERM" ? "Terminated" : "Interrupt"}`);
    p.finish({ code: 0 });
    return true;
  },
};
