/**
 * The worlds in which the suite runs: the simulator everywhere, real Vagrant with LXC machines where the host can boot them, and with
 * emulated machines of libvirt where somebody asks for them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { makePlan, type Plan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import type { Provider } from "../../src/provider/provider.ts";
import { SimProvider } from "../../src/provider/sim/provider.ts";
import { VagrantProvider } from "../../src/provider/vagrant/provider.ts";
import { scriptsFolder } from "../../src/provision/bring-up.ts";
import { prepareSteps, type Step } from "../../src/provision/steps.ts";
import type { CommandResult, Endpoint } from "../../src/ssh/client.ts";
import { SshPool } from "../../src/ssh/pool.ts";
import { readFile } from "node:fs/promises";
import { emulated, needsEmulated } from "../e2e/libvirt/machines.ts";
import { box, environment, needsMachines } from "../e2e/lxc/machines.ts";
import { hostKernel, known, olderKernel } from "./known.ts";

/** Two machines of one world. */
export class Bench {
  readonly plan: Plan;
  readonly dir: string;
  readonly provider: Provider;
  readonly ssh: SshPool;
  #endpoints = new Map<string, Endpoint>();

  constructor(specification: string, make: (dir: string, plan: Plan) => Provider) {
    // blanks in a path are as good as letters
    this.dir = join(mkdtempSync(join(tmpdir(), "kubemend conformance ")), "conformance");
    this.plan = makePlan(readSpecification(specification, "kubemend.yaml", "conformance").specification!).plan!;
    this.provider = make(this.dir, this.plan);
    this.ssh = new SshPool((machine) => this.#endpoints.get(machine)!);
  }

  /** Reads anew where the machines answer. */
  async refresh(): Promise<void> {
    await this.ssh.close();
    const machines = await this.provider.machines();
    this.#endpoints = new Map(machines.flatMap((m) => (m.ssh ? [[m.name, m.ssh] as const] : [])));
  }

  async up(): Promise<{ made: boolean }> {
    const result = await this.provider.up(this.plan, () => undefined);
    await this.refresh();
    return result;
  }

  /** A command as the account of the machine; the simulator's waits take no real time. */
  on(machine: string, command: string, stdin?: string): Promise<CommandResult> {
    return this.provider.clock.hurry(() =>
      this.ssh.exec(machine, command, { timeout: 600_000, ...(stdin === undefined ? {} : { stdin }) }),
    );
  }

  /** The output of a command that must succeed. */
  async says(machine: string, command: string): Promise<string> {
    const { status, stdout, stderr } = await this.on(machine, command);
    if (status !== 0) throw new Error(`${machine}: ${command}: status ${status}\n${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  /** A step of bring-up, as bring-up runs it. */
  async step(machine: string, step: Step): Promise<CommandResult> {
    const text = await readFile(join(scriptsFolder, step.script), "utf8");
    return this.provider.clock.hurry(() => this.ssh.script(machine, step.script, text, step.environment));
  }

  /** A step of those that prepare a machine. */
  preparation(machine: string, script: string): Step {
    return prepareSteps(
      this.plan,
      this.plan.machines.find((m) => m.name === machine)!,
    ).find((step) => step.script === script)!;
  }

  async remove(): Promise<void> {
    await this.ssh.close();
    await this.provider.destroy();
    if (this.provider instanceof SimProvider) this.provider.close();
    rmSync(join(this.dir, ".."), { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface World {
  name: string;
  there: boolean;
  /** Commands that print something else than in the simulator, and why. */
  known: ReadonlyMap<string, string>;
  bench: () => Bench;
}

/** A network of its own: other tests' machines may be up on the same host. */
const specification = (provider: string, machine: string): string =>
  `provider: ${provider}\nworkers: 1\nnetwork: { nodes: 192.168.61.0/24 }\nmachine: ${machine}\nlibvirt: { driver: qemu }\n`;

/** `home`: what leads Vagrant to the machines of this world, and not to another's. */
const vagrantBench = (provider: string, machine: string, home: Record<string, string>) => (): Bench => {
  Object.assign(process.env, home);
  return new Bench(specification(provider, machine), (dir, plan) => new VagrantProvider(dir, plan));
};

/** LXC's bridge stays when its machines are gone, and libvirt makes no network where this host has an address. */
function removeBridge(): void {
  const bridge = "/sys/class/net/kmc0a83d";
  if (existsSync(bridge) && readdirSync(join(bridge, "brif")).length === 0) spawnSync("ip", ["link", "delete", basename(bridge)]);
}

export const worlds: World[] = [
  {
    name: "simulator",
    there: true,
    known: new Map(),
    bench: () => new Bench(specification("sim", "{}"), (dir, plan) => new SimProvider(dir, plan)),
  },
  {
    name: "Vagrant with LXC",
    there: needsMachines(),
    known: new Map([...known, ...hostKernel]),
    bench: vagrantBench("lxc", `{ box: ${box}, memory: 512 }`, environment),
  },
  {
    name: "Vagrant with libvirt",
    there: needsEmulated(),
    known: new Map([...known, ...olderKernel]),
    bench: () => {
      removeBridge();
      return vagrantBench("libvirt", `{ box: ${box}, memory: 768, cpus: 1 }`, emulated)();
    },
  },
];
