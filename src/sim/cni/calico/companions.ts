/**
 * Programs of Calico's other images. They run, log and answer their probes; what they would do for others (Typha's fan-out of
 * the datastore, the v3 API, flow logs, CSI volumes) is not modelled and they say so when asked.
 */
import { Errno } from "../../core/errno.ts";
import type { DaemonProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { Incoming } from "../../net/api.ts";
import { log } from "./node/log.ts";

interface Companion {
  name: string;
  /** What it says at first: source file and text. */
  says: [string, string];
  port?: number;
  /** Address and port of its probes. */
  health?: [string, number];
  service: string;
}

const companions: Companion[] = [
  {
    name: "calico-typha",
    says: ["typha/daemon.go 214", "Typha starting up"],
    port: 5473,
    health: ["127.0.0.1", 9098],
    service: "Typha's datastore protocol",
  },
  {
    name: "calico-apiserver",
    says: ["apiserver/server.go 80", "Starting Calico API server"],
    port: 5443,
    service: "the API group projectcalico.org/v3",
  },
  {
    name: "calico-goldmane",
    says: ["goldmane/daemon.go 145", "Listening for gRPC connections"],
    port: 7443,
    service: "Goldmane's flow API",
  },
  { name: "calico-whisker", says: ["whisker/main.go 20", "Whisker starting"], port: 8081, service: "Whisker's pages" },
  {
    name: "calico-whisker-backend",
    says: ["whisker-backend/main.go 30", "Listening for HTTP connections"],
    port: 3002,
    service: "Whisker's API",
  },
  { name: "calico-csi", says: ["csidriver/driver.go 60", "Starting gRPC server"], service: "CSI volumes of csi.tigera.io" },
  {
    name: "calico-node-driver-registrar",
    says: ["node-driver-registrar/main.go 120", "Received GetInfo call"],
    service: "CSI registration",
  },
];

function listen(p: Proc, ip: string, port: number): void {
  try {
    p.net.listen("tcp", ip, port, { accept: "serve" });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    log(p, "FATAL", "daemon.go 1", `Failed to listen on port ${port}: bind: ${error.text.toLowerCase()}`);
    p.exit(1);
  }
}

export const companionPrograms: DaemonProgram[] = companions.map((c) => ({
  name: c.name,
  start(p) {
    log(p, "INFO", c.says[0], c.says[1]);
    if (c.health) listen(p, ...c.health);
    if (c.port !== undefined) listen(p, "0.0.0.0", c.port);
  },
  on: () => undefined,
  serve(p: Proc, request: Incoming) {
    const m = request.message as { type?: string };
    if (c.health && request.local.port === c.health[1] && m.type === "http")
      return { type: "http", response: { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: "" } };
    p.machine.world.gap(p.machine.name, c.name, c.service);
    log(p, "ERROR", "kubemend", `kubemend: not simulated: ${c.service}`);
    return undefined;
  },
}));

/** flexvol.sh copies a driver for a feature that nobody asked for, and ends. */
export const flexvol = { name: "calico-flexvol", main: (): number => 0 };
