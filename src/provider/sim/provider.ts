/** implements the simulator as a provider: a background process a cluster, found again through its state folder. */
import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Finding } from "../../cluster/finding.ts";
import { parseCidr } from "../../cluster/cidr.ts";
import type { Plan } from "../../cluster/plan.ts";
import { KubemendError, providerError } from "../../error.ts";
import { makeFolder } from "../../folder.ts";
import type { ServerFile, WorldDescription } from "../../sim/server/main.ts";
import { claimOf } from "../../claim.ts";
import { installation, installedVersion } from "../../root.ts";
import { ownerFile } from "../../sim/server/owner.ts";
import { ensureKey } from "../../ssh/keys.ts";
import type { Seen } from "../../watch.ts";
import type { Clock, MachineStatus, Progress, Provider, SnapshotInfo, Watcher } from "../provider.ts";
import { Control } from "./control.ts";

/** Milliseconds that a start may take before it is called failed. */
const startLimit = 30_000;
/** Milliseconds in which a living process must answer. */
const answerLimit = 15_000;

export interface SimulatorStatus {
  now: number;
  machines: { name: string; on: boolean; bootedAt: number }[];
  /** How often by what and command, with a tab between them. */
  gaps: Record<string, number>;
  damaged: string[];
  rss: number;
  unsaved: string;
  /** When somebody last did something to a machine, virtual time. */
  lastInput?: number;
}

interface Connected {
  control: Control;
  file: ServerFile;
}

export class SimProvider implements Provider {
  readonly name = "sim";
  readonly capabilities = { snapshots: true, ownKernel: true };
  readonly clock: Clock;
  readonly activity = {
    last: async (): Promise<number | undefined> => (await this.call<SimulatorStatus>("status")).lastInput,
    note: async (): Promise<void> => void (await this.call("note-input")),
  };
  readonly watcher: Watcher = {
    look: (groups, since) => this.call<Seen[][]>("watch", { groups, since }),
    begin: async (groups, snapshot) => void (await this.call("watch-begin", { groups, snapshot })),
    outcome: async () => (await this.call<Seen[][] | null>("watch-outcome")) ?? undefined,
  };
  /** Folder of this cluster's state. */
  readonly #dir: string;
  readonly #names: readonly string[];
  readonly #log: string;
  readonly #keyFile: string;
  #open: Connected | undefined;

  /** `plan`: missing where nothing is known of the cluster but its folder. */
  constructor(dir: string, plan?: Plan) {
    this.#names = plan?.machines.map((m) => m.name) ?? [];
    this.#dir = join(dir, "sim");
    this.#log = join(this.#dir, "server.log");
    this.#keyFile = join(dir, "id_ed25519");
    this.clock = {
      now: async () => (await this.call<SimulatorStatus>("status")).now,
      sleep: async (ms) => void (await this.call("advance", { ms })),
      hurry: (work) => this.#hurry(work),
    };
  }

  /** A request to the background process. Throws `simulator-down` when there is none, `simulator-busy` when it does not answer. */
  async call<T>(method: string, params?: Record<string, unknown>): Promise<T> {
    const open = await this.#answering();
    if (!open)
      throw providerError("simulator-down", "the simulated cluster is not running", {
        hint: "`kubemend up` starts it, from its last snapshot if it has one.",
      });
    return open.control.call<T>(method, params);
  }

  /** What is known of a process that lives and does not answer. */
  #silent(): string | undefined {
    const owner = claimOf(ownerFile(this.#dir));
    return owner && `its process ${owner.pid} is at work and gives no answer`;
  }

  /** undefined when there is no process. Throws `simulator-busy` when one lives and does not answer. */
  async #answering(): Promise<Connected | undefined> {
    const open = await this.#connect();
    const silent = open ? undefined : this.#silent();
    if (silent !== undefined)
      throw providerError("simulator-busy", `the simulated cluster does not answer: ${silent}`, {
        hint: "Try again. `kubemend up` ends a process that is stuck and goes on from the last snapshot.",
      });
    return open;
  }

  async #connect(): Promise<Connected | undefined> {
    return (this.#open ??= await Control.open(this.#dir));
  }

  /** Gives the connection back, so that the command line can end. */
  close(): void {
    this.#open?.control.close();
    this.#open = undefined;
  }

  async #hurry<T>(work: () => Promise<T>): Promise<T> {
    // held by a connection of its own: when this process dies, the world falls back to real time
    const holder = await Control.open(this.#dir);
    await holder?.control.call("hurry");
    try {
      return await work();
    } finally {
      holder?.control.close();
    }
  }

  preflight(): Promise<Finding[]> {
    return Promise.resolve([]);
  }

  async up(plan: Plan, progress: (event: Progress) => void): Promise<{ made: boolean }> {
    await makeFolder(this.#dir);
    const there = await this.#running(progress);
    if (there && there.file.version !== installedVersion()) {
      progress({ text: `the background process is of kubemend ${there.file.version}; restarting it` });
      await this.#stopProcess();
    }
    const start = !(await this.#connect());
    if (start) {
      const file = join(this.#dir, "world.json");
      // all of it comes of the plan: one that is damaged is made anew
      if (!(await isDescription(file)))
        await writeFile(file, JSON.stringify(describe(plan, await ensureKey(this.#keyFile, `kubemend-${plan.name}`)), null, 2), {
          mode: 0o600,
        });
      for (const { name } of plan.machines) await ensureKey(join(this.#dir, `host_key_${name}`), name);
      progress({ text: existsSync(join(this.#dir, "world")) ? "restoring the simulated machines" : "booting the simulated machines" });
      await this.#start();
    }
    await this.call("power", { on: true });
    // a machine whose sshd stays away is none of ours to mend: bring-up or the user finds out
    if (!(await this.call<boolean>("await-ssh"))) progress({ text: "a machine does not answer on port 22" });
    const { file } = (await this.#connect())!;
    for (const text of file.damaged) progress({ text: `a snapshot was damaged: ${text}` });
    return { made: start && file.made };
  }

  /** Who has the state, if it lives. An interrupted `up` may have left one that is still starting; one that never answers is ended. */
  async #running(progress: (event: Progress) => void): Promise<Connected | undefined> {
    const owner = ownerFile(this.#dir);
    const begin = performance.now();
    // without a server.json it is still starting; with one that leads nowhere, it is about to write another, or never will
    const limit = (): number => (existsSync(join(this.#dir, "server.json")) ? answerLimit / 10 : answerLimit);
    do {
      const open = await this.#connect();
      if (open) return open;
      if (!claimOf(owner)) return undefined;
      await delay(20);
    } while (performance.now() - begin < limit());
    const { pid } = claimOf(owner) ?? { pid: undefined };
    if (pid === undefined) return undefined;
    progress({ text: `the background process ${pid} does not answer; starting another from its last snapshot` });
    await endProcess(pid, () => claimOf(owner)?.pid !== pid);
    return undefined;
  }

  /** Starts the background process and waits until it answers. */
  async #start(): Promise<void> {
    await rm(join(this.#dir, "server.failed"), { force: true });
    await rm(join(this.#dir, "server.json"), { force: true });
    const out = openLog(this.#log);
    const entry = join(installation, "dist", "sim", "server", "main.js");
    const child = spawn(
      process.execPath,
      // little memory; and one thread beside the main one: on two cores more of them take its time (measured: a tenth of `up`)
      [
        "--max-old-space-size=512",
        "--max-semi-space-size=8",
        "--heap-growing-percent=20",
        "--v8-pool-size=1",
        ...developerOptions(),
        entry,
        this.#dir,
      ],
      {
        detached: true,
        stdio: ["ignore", out, out],
        // with it Node.js reads a bundle of certificates whenever it starts (50 ms); this process speaks to nobody outside
        env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined },
      },
    );
    let exited: number | null | undefined;
    child.on("exit", (code) => (exited = code));
    child.on("error", () => (exited = -1));
    child.unref();
    const begin = performance.now();
    while (performance.now() - begin < startLimit) {
      if (existsSync(join(this.#dir, "server.json")) && (await this.#connect())) return;
      if (exited !== undefined) break;
      await delay(5);
    }
    const why = await readFile(join(this.#dir, "server.failed"), "utf8").catch(() => "");
    throw providerError("simulator-start", `the simulator did not start${why === "" ? "" : `: ${why.split("\n")[0]}`}`, {
      hint: `Its log is ${this.#log}.`,
      cause: why === "" ? undefined : new Error(why),
    });
  }

  async halt(): Promise<void> {
    const open = await this.#answering();
    if (!open) return;
    await open.control.call("power", { on: false });
    await this.#stopProcess();
  }

  async #stopProcess(): Promise<void> {
    const open = await this.#connect();
    if (!open) return;
    await open.control.call("stop").catch(() => undefined);
    this.close();
    await this.#ended();
  }

  /** Waits until the process that has the state is gone, and ends it when it does not go. */
  async #ended(): Promise<void> {
    const owner = ownerFile(this.#dir);
    for (const begin = performance.now(); performance.now() - begin < answerLimit; await delay(5)) if (!claimOf(owner)) return;
    const { pid } = claimOf(owner) ?? {};
    if (pid !== undefined) await endProcess(pid, () => claimOf(owner)?.pid !== pid);
  }

  async destroy(): Promise<void> {
    await this.#stopProcess();
    // one that does not answer, or is still starting
    const { pid } = claimOf(ownerFile(this.#dir)) ?? {};
    if (pid !== undefined) await endProcess(pid, () => claimOf(ownerFile(this.#dir))?.pid !== pid);
    await rm(this.#dir, { recursive: true, force: true });
  }

  async machines(): Promise<MachineStatus[]> {
    if (!existsSync(join(this.#dir, "world.json"))) return [];
    const open = await this.#connect();
    const status = open && (await open.control.call<SimulatorStatus>("status"));
    const silent = open ? undefined : this.#silent();
    // whoever ends in order removes it
    const crashed = !open && silent === undefined && existsSync(join(this.#dir, "server.json"));
    return this.#names.map((name) => {
      if (silent !== undefined) return { name, state: "unknown", detail: silent };
      if (crashed) return { name, state: "stopped", detail: `the simulator's process ended unexpectedly; its log is ${this.#log}` };
      const on = status?.machines.find((m) => m.name === name)?.on ?? false;
      if (!open || !on) return { name, state: "stopped" };
      return {
        name,
        state: "running",
        ssh: { machine: name, host: "127.0.0.1", port: open.file.ssh[name]!, user: "vagrant", keyFile: this.#keyFile },
        api: `https://127.0.0.1:${open.file.api[name]}`,
      };
    });
  }

  async snapshotSave(name: string): Promise<void> {
    await this.call("snapshot-save", { name });
  }

  async snapshotRestore(name: string): Promise<void> {
    try {
      await this.call("snapshot-restore", { name });
    } catch (error) {
      if (error instanceof KubemendError) throw error;
      throw providerError("snapshot-missing", error instanceof Error ? error.message : String(error), {
        hint: "`kubemend snapshot list` shows what there is.",
      });
    }
  }

  snapshotList(): Promise<SnapshotInfo[]> {
    return this.call("snapshot-list");
  }

  async snapshotDelete(name: string): Promise<void> {
    await this.call("snapshot-delete", { name });
  }
}

/** For profiles of the background process: KUBEMEND_SIM_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=/tmp/profile". */
const developerOptions = (): string[] => (process.env.KUBEMEND_SIM_NODE_OPTIONS ?? "").split(" ").filter((word) => word !== "");

async function isDescription(file: string): Promise<boolean> {
  try {
    const description = JSON.parse(await readFile(file, "utf8")) as Partial<WorldDescription> | null;
    return Array.isArray(description?.machines);
  } catch {
    return false;
  }
}

function describe(plan: Plan, authorizedKey: string): WorldDescription {
  const { prefix } = parseCidr(plan.specification.network.nodes)!;
  return {
    name: plan.name,
    seed: plan.name,
    authorizedKey,
    speed: 1,
    machines: plan.machines.map((m) => ({
      name: m.name,
      image: "ubuntu-24.04",
      cpus: m.cpus,
      memory: m.memory,
      disk: m.disk,
      address: `${m.ip}/${prefix}`,
    })),
  };
}

/** Asks a process to end, and makes it. */
async function endProcess(pid: number, gone: () => boolean): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const begin = performance.now(); performance.now() - begin < 5000; await delay(5)) if (gone()) return;
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, "a", 0o600);
  } catch (error) {
    throw providerError("state-unwritable", `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: "Make the folder writable, or set KUBEMEND_HOME to another folder.",
      cause: error,
    });
  }
}
