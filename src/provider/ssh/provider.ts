/** implements an inventory as a provider: machines that exist already, which are neither made, stopped nor removed. */
import { join } from "node:path";
import type { Finding } from "../../cluster/finding.ts";
import type { Plan, PlannedMachine } from "../../cluster/plan.ts";
import { providerError } from "../../error.ts";
import { makeFolder } from "../../folder.ts";
import { SshConnection, type Endpoint } from "../../ssh/client.ts";
import { fingerprint, hostKeyAlias, knownKeys, typeOf } from "../../ssh/known-hosts.ts";
import { quote } from "../../ssh/pool.ts";
import type { MachineStatus, Progress, Provider, SnapshotInfo } from "../provider.ts";
import { wallClock } from "../wall-clock.ts";
import { endpointOf, lookAtMachines } from "./look.ts";

/** Milliseconds in which a machine has to let one in to count as running. */
const answerLimit = 7000;
/** Milliseconds for which what was found holds: a command asks several times. */
const fresh = 2000;

export class SshProvider implements Provider {
  readonly name = "ssh";
  readonly capabilities = { snapshots: false, ownKernel: true };
  readonly clock = wallClock;
  readonly #dir: string;
  readonly #plan: Plan;
  /** True once the user has agreed that this cluster may change the machines. */
  readonly #agreed: () => boolean;
  #found: { at: number; machines: Promise<MachineStatus[]> } | undefined;

  constructor(dir: string, plan: Plan, agreed: () => boolean) {
    this.#dir = dir;
    this.#plan = plan;
    this.#agreed = agreed;
  }

  get #knownHosts(): string {
    return join(this.#dir, "known_hosts");
  }

  #endpoint(machine: PlannedMachine): Endpoint {
    return endpointOf(machine, this.#knownHosts);
  }

  async preflight(plan: Plan): Promise<Finding[]> {
    await makeFolder(this.#dir);
    return (await lookAtMachines(plan, { knownHosts: this.#knownHosts, agreed: this.#agreed() })).findings;
  }

  agreement(plan: Plan): string {
    const { kubernetes, runtime, cni } = plan.specification;
    const lines = plan.machines.map((machine) => {
      const { host, port, user } = machine.ssh!;
      const keys = knownKeys(this.#knownHosts, hostKeyAlias(machine.name)).map((key) => `${typeOf(key.blob)} ${fingerprint(key.blob)}`);
      return `  ${machine.name.padEnd(14)} ${user}@${host}${port === 22 ? "" : `:${port}`}  ${keys.join(", ")}`;
    });
    return [
      `These ${plan.machines.length} machines will be changed to become Kubernetes ${kubernetes} (${runtime}, ${cni.name}):`,
      ...lines,
      "Swap goes off; kernel modules and sysctls are set; packages are installed and held; /etc/hosts gets the machines' names; a key is put in",
      "with which they log in on each other; a machine of another name is renamed. Kubemend never stops or removes these machines.",
    ].join("\n");
  }

  async up(plan: Plan, progress: (event: Progress) => void): Promise<{ made: boolean }> {
    await Promise.all(
      plan.machines.map(async (machine) => {
        const connection = await SshConnection.open(this.#endpoint(machine), { ident: "kubemend-engine" });
        try {
          const { stdout } = await connection.exec("hostname");
          if (stdout.trim() === machine.name) return;
          progress({ machine: machine.name, text: `renaming it, from ${stdout.trim()}` });
          const { status, stderr } = await connection.exec(`sudo -n hostnamectl set-hostname ${quote(machine.name)}`);
          if (status !== 0)
            throw providerError("rename-failed", `${machine.name}: cannot set its name: ${stderr.trim()}`, {
              hint: `Set it there: \`sudo hostnamectl set-hostname ${machine.name}\`, then run \`kubemend up\` again.`,
            });
        } finally {
          connection.close();
        }
      }),
    );
    return { made: false };
  }

  halt(): Promise<void> {
    return Promise.reject(
      providerError("not-ours", "these machines are yours: Kubemend does not stop them", {
        hint: "To shut them down all the same: `kubemend exec -- sudo systemctl poweroff`. You have to start them again yourself.",
      }),
    );
  }

  /** Nothing on the machines; what is known of them goes with the cluster's folder. */
  destroy(): Promise<void> {
    return Promise.resolve();
  }

  machines(): Promise<MachineStatus[]> {
    if (!this.#found || performance.now() - this.#found.at > fresh)
      this.#found = { at: performance.now(), machines: Promise.all(this.#plan.machines.map((machine) => this.#status(machine))) };
    return this.#found.machines;
  }

  /** By logging in: newer sshds punish those who only knock (sshd_config(5), PerSourcePenalties). */
  async #status(machine: PlannedMachine): Promise<MachineStatus> {
    const ssh = this.#endpoint(machine);
    try {
      (await SshConnection.open(ssh, { ident: "kubemend-engine", timeout: answerLimit })).close();
      return { name: machine.name, state: "running", ssh };
    } catch (error) {
      // the endpoint all the same: whoever connects is told exactly what is the matter
      return { name: machine.name, state: "unknown", detail: error instanceof Error ? error.message : String(error), ssh };
    }
  }

  snapshotSave(): Promise<void> {
    return this.#noSnapshots();
  }
  snapshotRestore(): Promise<void> {
    return this.#noSnapshots();
  }
  snapshotList(): Promise<SnapshotInfo[]> {
    return Promise.resolve([]);
  }
  snapshotDelete(): Promise<void> {
    return this.#noSnapshots();
  }

  #noSnapshots(): Promise<never> {
    return Promise.reject(
      providerError("no-snapshots", "machines of an inventory cannot be saved and restored from here", {
        hint: "Use your hypervisor's or cloud's snapshots. Labs go back by their own undo steps.",
      }),
    );
  }
}
