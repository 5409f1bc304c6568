/** A cluster on this host: its state folder, its plan, its provider and the way to its machines. */
import { existsSync } from "node:fs";
import { readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Plan } from "../cluster/plan.ts";
import { isVagrantProvider } from "../cluster/providers.ts";
import { KubemendError, providerError, usageError } from "../error.ts";
import { makeFolder } from "../folder.ts";
import type { MachineStatus, Provider } from "../provider/provider.ts";
import { SimProvider } from "../provider/sim/provider.ts";
import { SshProvider } from "../provider/ssh/provider.ts";
import { VagrantProvider } from "../provider/vagrant/provider.ts";
import type { Listener } from "../report/events.ts";
import type { Endpoint } from "../ssh/client.ts";
import { SshPool } from "../ssh/pool.ts";

/** What is kept of a cluster between commands (cluster.json). */
export interface ClusterRecord {
  format: 1;
  plan: Plan;
  /** Bootstrap token for the first joins. */
  token: string;
  /** true once every node was Ready. */
  ready: boolean;
  /** true once the user has agreed that machines which are not the cluster's own are changed. */
  agreed?: boolean;
}

export class Cluster {
  readonly dir: string;
  readonly record: ClusterRecord;
  readonly provider: Provider;
  readonly ssh: SshPool;
  /** As last seen. */
  #machines: MachineStatus[] = [];

  constructor(dir: string, record: ClusterRecord) {
    this.dir = dir;
    this.record = record;
    this.provider = makeProvider(dir, record);
    this.ssh = new SshPool((machine) => this.endpoint(machine));
  }

  get name(): string {
    return this.record.plan.name;
  }
  get plan(): Plan {
    return this.record.plan;
  }

  /** Machines with their state; remembers where they answer. */
  async machines(): Promise<MachineStatus[]> {
    const found = await this.provider.machines();
    this.#machines = this.plan.machines.map(
      (planned) => found.find((m) => m.name === planned.name) ?? { name: planned.name, state: "missing" },
    );
    return this.#machines;
  }

  /** Where a machine answered when they were last looked at. Throws `machine-down`, `machine-silent`. */
  endpoint(machine: string): Endpoint {
    const seen = this.#machines.find((m) => m.name === machine);
    if (seen?.ssh) return seen.ssh;
    if (seen?.state === "unknown")
      throw providerError("machine-silent", `${machine} does not answer${seen.detail === undefined ? "" : `: ${seen.detail}`}`, {
        hint: "It may come to an end with what it does: try again. `kubemend up` mends what can be mended.",
      });
    throw providerError("machine-down", `${machine} is not running`, { hint: "`kubemend up` boots it." });
  }

  /** Forgets connections and addresses, after machines were restored or rebooted. */
  async refresh(): Promise<void> {
    await this.ssh.close();
    await this.machines();
  }

  /** Throws `unknown-machine` with the names there are. */
  machineNamed(name: string | undefined): string {
    const names = this.plan.machines.map((m) => m.name);
    if (name === undefined) return this.plan.machines.find((m) => m.role === "controlplane")!.name;
    if (names.includes(name)) return name;
    throw usageError("unknown-machine", `there is no machine "${name}" in cluster ${this.name}`, {
      hint: `Machines are: ${names.join(", ")}.`,
    });
  }

  async save(): Promise<void> {
    await writeJson(join(this.dir, "cluster.json"), this.record);
  }

  async close(): Promise<void> {
    await this.ssh.close();
    if (this.provider instanceof SimProvider) this.provider.close();
  }
}

function makeProvider(dir: string, record: ClusterRecord): Provider {
  const { provider } = record.plan.specification;
  if (provider === "sim") return new SimProvider(dir, record.plan);
  if (isVagrantProvider(provider)) return new VagrantProvider(dir, record.plan);
  if (provider === "ssh") return new SshProvider(dir, record.plan, () => record.agreed === true);
  throw providerError("provider-unavailable", `the provider "${provider}" cannot boot machines yet`, {
    hint: "Use `--provider sim`, or `kubemend render > Vagrantfile` and plain `vagrant up`.",
  });
}

/** Writes a JSON file so that a crash leaves the old or the new one, never half of it. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  try {
    await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    await rm(`${file}.new`, { force: true });
    throw unwritable(dirname(file), error);
  }
}

/** Names of the clusters in a home folder. */
export async function clusterNames(home: string): Promise<string[]> {
  const names = await readdir(home).catch(() => []);
  return names.filter((name) => existsSync(join(home, name, "cluster.json"))).sort();
}

/** Opens a cluster: the named one, or the only one there is. Throws `no-cluster`, `which-cluster`, `state-damaged`. */
export async function openCluster(home: string, name: string | undefined): Promise<Cluster> {
  const names = await clusterNames(home);
  if (name === undefined && names.length > 1)
    throw usageError("which-cluster", `there are several clusters here: ${names.join(", ")}`, { hint: "Say which with --name." });
  const chosen = name ?? names[0];
  if (chosen === undefined || !names.includes(chosen)) {
    throw providerError(
      "no-cluster",
      chosen === undefined ? `there is no cluster in ${home}` : `there is no cluster "${chosen}" in ${home}`,
      { hint: "`kubemend up` makes one." },
    );
  }
  return readCluster(join(home, chosen));
}

export async function readCluster(dir: string): Promise<Cluster> {
  const file = join(dir, "cluster.json");
  try {
    const record = JSON.parse(await readFile(file, "utf8")) as Partial<ClusterRecord> | null;
    if (!Array.isArray(record?.plan?.machines)) throw new Error("it is not the record of a cluster");
    return new Cluster(dir, record as ClusterRecord);
  } catch (error) {
    if (error instanceof KubemendError) throw error;
    throw providerError("state-damaged", `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      hint: "`kubemend destroy` removes the cluster all the same; the file is kept until then.",
      cause: error,
    });
  }
}

/** Removes what is left of a cluster's folder. */
export async function forgetCluster(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}

/** Whether a folder without a record is what an interrupted command has left of a cluster: KUBEMEND_HOME may hold others' folders. */
export async function isRemnant(dir: string): Promise<boolean> {
  const found = await readdir(dir).catch(() => undefined);
  return found !== undefined && (found.length === 0 || found.some((name) => marks.has(name) || name.startsWith(".probe-")));
}

/** Some of these are in every cluster's folder from its beginning to its end. */
const marks = new Set(["lock", "sim", ".vagrant", "id_ed25519", "node_ed25519", "cluster.json.new", "booting"]);

/** Removes a cluster whose record is gone or damaged, by what its folder shows of its machines. Throws `machines-left`. */
export async function removeUnrecorded(dir: string, emit: Listener): Promise<void> {
  if (existsSync(join(dir, "sim"))) await new SimProvider(dir).destroy();
  if (existsSync(join(dir, ".vagrant"))) {
    const { destroyUnrecorded } = await import("../provider/vagrant/unrecorded.ts");
    await destroyUnrecorded(dir, (event) => emit({ type: "machine", ...event }));
  }
  await forgetCluster(dir);
}

/** Makes the state folder. Throws `state-unwritable` with the path, `state-path`. */
export async function makeHome(dir: string): Promise<void> {
  if (/[\r\n]/.test(dir))
    throw providerError(
      "state-path",
      `the path of the state folder has a line break, which ssh_config cannot hold: ${JSON.stringify(dir)}`,
      {
        hint: "Set KUBEMEND_HOME to another folder.",
      },
    );
  try {
    await makeFolder(dir, 0o700);
    const probe = join(dir, `.probe-${process.pid}`);
    try {
      // some bytes: a full disk still makes empty files
      await writeFile(probe, "probe ".repeat(2000));
    } finally {
      await rm(probe, { force: true });
    }
  } catch (error) {
    throw unwritable(dir, error);
  }
}

export const unwritable = (dir: string, error: unknown): KubemendError =>
  providerError("state-unwritable", `cannot write the state folder ${dir}: ${error instanceof Error ? error.message : String(error)}`, {
    hint: "Make the folder writable, free some space, or set KUBEMEND_HOME to another folder.",
    cause: error,
  });
