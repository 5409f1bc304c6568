/** implements virtual machines (and LXC's containers) as a provider, through Vagrant. */
import { existsSync } from "node:fs";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "../../cluster/finding.ts";
import type { Plan } from "../../cluster/plan.ts";
import { KubemendError, providerError } from "../../error.ts";
import { makeFolder } from "../../folder.ts";
import type { Endpoint } from "../../ssh/client.ts";
import type { MachineStatus, Progress, Provider, SnapshotInfo } from "../provider.ts";
import { wallClock } from "../wall-clock.ts";
import type { Vagrant } from "./adapter.ts";
import { heartbeat } from "./heartbeat.ts";
import { answering } from "./reach.ts";

/** What of Vagrant's states means the same on all providers; the rest is a machine that is there and does not run. */
const plainStates: Record<string, MachineStatus["state"]> = {
  running: "running",
  not_created: "missing",
  unknown: "unknown",
  inaccessible: "unknown",
};

export class VagrantProvider implements Provider {
  readonly name: string;
  readonly capabilities: Provider["capabilities"];
  readonly clock = wallClock;
  readonly #dir: string;
  readonly #plan: Plan;
  /** What is said while Vagrant works. */
  #progress: (event: Progress) => void = () => undefined;
  #vagrant: Vagrant | undefined;
  /** Vagrant takes two seconds for each question: the answer is kept until something changes. */
  #known: Promise<MachineStatus[]> | undefined;

  constructor(dir: string, plan: Plan) {
    this.name = plan.specification.provider;
    this.#dir = dir;
    this.#plan = plan;
    const container = this.name === "lxc";
    // vagrant-lxc has no snapshots; where somebody added them, the commands work
    this.capabilities = { snapshots: !container, ownKernel: !container };
  }

  /** Loaded when needed: most commands of most clusters have no use for it. */
  async #open(): Promise<Vagrant> {
    if (this.#vagrant) return this.#vagrant;
    const { Vagrant } = await import("./adapter.ts");
    return (this.#vagrant = new Vagrant({
      dir: this.#dir,
      provider: this.name,
      log: this.#log("vagrant"),
      onLine: (text, machine) => {
        if (machine !== undefined) void appendFile(this.#log(machine), `${text}\n`).catch(() => undefined);
        this.#progress({ text, ...(machine === undefined ? {} : { machine }) });
      },
    }));
  }

  #log(name: string): string {
    return join(this.#dir, "logs", `${name}.log`);
  }

  #has(file: string): boolean {
    return existsSync(join(this.#dir, file));
  }

  async preflight(plan: Plan): Promise<Finding[]> {
    const { preflight } = await import("./preflight.ts");
    // what has been begun may answer already
    return preflight(this.#dir, plan, (await this.#halfBooted()).length > 0);
  }

  async up(plan: Plan, progress: (event: Progress) => void): Promise<{ made: boolean }> {
    const { removeHalfMade } = await import("./half-made.ts");
    const { markProvisioned, writeFolder } = await import("./folder.ts");
    const vagrant = await this.#open();
    await makeFolder(join(this.#dir, "logs"));
    const { edited } = await writeFolder(this.#dir, plan);
    if (edited) progress({ text: "the Vagrantfile was edited by hand and is kept; kubemend's own is Vagrantfile.kubemend" });

    return this.#changing(progress, async () => {
      await vagrant.idle();
      const before = await vagrant.status();
      const unknown = plan.machines.filter((m) => !before.has(m.name)).map((m) => m.name);
      if (unknown.length > 0)
        throw providerError("machine-unknown", `the Vagrantfile does not define ${unknown.join(", ")}`, {
          hint: edited
            ? `It was edited by hand: take the definitions from ${join(this.#dir, "Vagrantfile.kubemend")}, or remove it and run \`kubemend up\` again.`
            : "A Vagrantfile in VAGRANT_HOME may stand in the way.",
        });
      const half = await this.#halfBooted();
      const missing = plan.machines.filter((m) => before.get(m.name) === "not_created").map((m) => m.name);
      const down = plan.machines.filter((m) => before.get(m.name) !== "running").map((m) => m.name);
      const again = half.filter((name) => before.get(name) === "running");
      await removeHalfMade(this.name, this.#dir, missing, progress);
      await this.#markBooting([...down, ...again]);
      if (again.length > 0) {
        progress({ text: `the boot of ${again.join(", ")} was interrupted: booting again` });
        await vagrant.reload(again);
      }
      if (down.length > 0) await vagrant.up(down).catch((error: unknown) => explainBox(error, vagrant, plan));
      await this.#markBooting([]);
      for (const { name } of plan.machines) await markProvisioned(this.#dir, name, this.name);
      await this.#endpoints(progress);
      return { made: missing.length > 0 };
    });
  }

  /** Waits until every machine runs and answers SSH; where. `boot`: for machines that are off. */
  async #endpoints(progress: (event: Progress) => void, boot?: (names: string[]) => Promise<void>): Promise<Endpoint[]> {
    let machines = await this.#look(true);
    const off = machines.filter((m) => m.state === "stopped").map((m) => m.name);
    if (boot && off.length > 0) {
      await boot(off);
      machines = await this.#look(true);
    }
    const wrong = machines.filter((m) => m.state !== "running");
    if (wrong.length > 0)
      throw providerError(
        "machine-down",
        `vagrant booted the machines, but ${wrong.map((m) => `${m.name} is ${m.detail ?? m.state}`).join(", ")}`,
        {
          hint: `Look at ${this.#log("vagrant")}; \`kubemend up\` tries again.`,
        },
      );
    const endpoints = machines.map((m) => m.ssh!);
    await answering(endpoints, (text, machine) => progress({ text, machine }));
    return endpoints;
  }

  /** Machines whose boot was begun and has not come to its end: they may lack their name, address or key. */
  async #halfBooted(): Promise<string[]> {
    const text = await readFile(join(this.#dir, "booting"), "utf8").catch(() => "");
    return text.split("\n").filter((name) => name !== "");
  }

  async #markBooting(names: string[]): Promise<void> {
    if (names.length === 0) await rm(join(this.#dir, "booting"), { force: true });
    else await writeFile(join(this.#dir, "booting"), `${names.join("\n")}\n`);
  }

  async halt(): Promise<void> {
    const running = (await this.machines()).filter((m) => m.state !== "stopped" && m.state !== "missing").map((m) => m.name);
    if (running.length === 0) return;
    const vagrant = await this.#open();
    await this.#changing(undefined, () => vagrant.halt(running));
    const left = (await this.machines()).filter((m) => m.state === "running").map((m) => m.name);
    if (left.length > 0)
      throw providerError("machine-running", `${left.join(", ")} did not stop`, {
        hint: `Look at ${this.#log("vagrant")}, and try again.`,
      });
    await this.#markBooting([]);
  }

  async destroy(): Promise<void> {
    const { removeHalfMade } = await import("./half-made.ts");
    const { isEdited, knownMachines, writePristine } = await import("./folder.ts");
    const names = this.#plan.machines.map((m) => m.name);
    await this.#changing(undefined, async () => {
      const vagrant = await this.#open();
      await vagrant.idle();
      if ((await knownMachines(this.#dir)).length > 0) {
        // an edited Vagrantfile may define more machines than ours, and may be damaged
        if (await isEdited(this.#dir)) await vagrant.destroy().catch(ignoreUnlessInterrupted);
        if ((await knownMachines(this.#dir)).length > 0) await vagrant.destroy(await writePristine(this.#dir, this.#plan));
      }
      await removeHalfMade(this.name, this.#dir, names, this.#progress);
      const left = await knownMachines(this.#dir);
      if (left.length > 0)
        throw providerError("machines-left", `vagrant did not remove ${left.join(", ")}`, {
          hint: `No Vagrantfile of this folder defines them any more. Remove them with the tools of ${this.name}, then delete ${join(this.#dir, ".vagrant")} and run \`kubemend destroy\` again.`,
        });
    });
    await rm(join(this.#dir, ".vagrant"), { recursive: true, force: true });
  }

  machines(): Promise<MachineStatus[]> {
    if (!this.#has("Vagrantfile") && !this.#has(".vagrant")) return Promise.resolve([]);
    return (this.#known ??= this.#recall());
  }

  async #recall(): Promise<MachineStatus[]> {
    const names = this.#plan.machines.map((m) => m.name);
    if ((await this.#halfBooted()).length > 0) return this.#look(false);
    const { recallEndpoints, rememberEndpoints } = await import("./endpoints.ts");
    const recalled = await recallEndpoints(this.#dir, names);
    if (recalled) return recalled;
    const found = await this.#look(false);
    if (found.length === names.length) await rememberEndpoints(this.#dir, found);
    return found;
  }

  /** Boots nothing. `booted`: a boot has just come to its end. */
  async #look(booted: boolean): Promise<MachineStatus[]> {
    const vagrant = await this.#open();
    const states = await vagrant.status();
    const half = booted ? [] : await this.#halfBooted();
    const names = this.#plan.machines.map((m) => m.name).filter((name) => states.has(name));
    const running = names.filter((name) => states.get(name) === "running");
    const blocks = running.length === 0 ? [] : await vagrant.sshConfig(running);
    return names.map((name) => {
      const detail = states.get(name)!;
      const state = plainStates[detail] ?? "stopped";
      const block = blocks.find((b) => b.machine === name);
      if (state !== "running" || !block) return { name, state, detail };
      if (half.includes(name)) return { name, state: "unknown", detail: "its boot was interrupted" };
      const [keyFile, ...moreKeys] = block.keys;
      const ssh: Endpoint = { machine: name, host: block.host, port: block.port, user: block.user, keyFile: keyFile ?? "" };
      if (moreKeys.length > 0) ssh.moreKeys = moreKeys;
      const { ip } = this.#plan.machines.find((m) => m.name === name)!;
      return { name, state, detail, ssh, api: `https://${ip}:6443` };
    });
  }

  async snapshotSave(name: string): Promise<void> {
    if (this.#plan.machines.some((m) => m.name === name))
      throw providerError("snapshot-name", `"${name}" is the name of a machine`, { hint: "Give the snapshot another name." });
    const vagrant = await this.#open();
    await this.#changing(undefined, () => vagrant.snapshotSave(name));
    await this.#recordSnapshot(name, Date.now());
  }

  async snapshotRestore(name: string): Promise<void> {
    const vagrant = await this.#open();
    const lists = await vagrant.snapshotList();
    const without = this.#plan.machines.filter((m) => !(lists.get(m.name) ?? []).includes(name)).map((m) => m.name);
    if (without.length > 0)
      throw providerError(
        "snapshot-missing",
        without.length === this.#plan.machines.length
          ? `there is no snapshot "${name}"`
          : `${without.join(", ")} has no snapshot "${name}"`,
        { hint: "`kubemend snapshot list` shows what there is." },
      );
    await this.#changing(undefined, async () => {
      await this.#markBooting(this.#plan.machines.map((m) => m.name));
      await vagrant.snapshotRestore(name);
      await this.#markBooting([]);
      // vagrant-libvirt leaves off what was off when it was saved
      const endpoints = await this.#endpoints(this.#progress, (down) => vagrant.up(down));
      const savedAt = (await this.#snapshotTimes())[name];
      if (this.capabilities.ownKernel && savedAt !== undefined) {
        const { setClocks } = await import("./clocks.ts");
        await setClocks(endpoints, savedAt);
      }
    });
  }

  async snapshotList(): Promise<SnapshotInfo[]> {
    if (!this.#has("Vagrantfile")) return [];
    const vagrant = await this.#open();
    const lists = await vagrant.snapshotList();
    const times = await this.#snapshotTimes();
    // a snapshot that some machine lacks cannot be restored
    const [first] = this.#plan.machines;
    const names = (lists.get(first!.name) ?? []).filter((name) => this.#plan.machines.every((m) => lists.get(m.name)?.includes(name)));
    return names.map((name) => ({ name, ...(times[name] === undefined ? {} : { at: times[name] }) }));
  }

  async snapshotDelete(name: string): Promise<void> {
    const vagrant = await this.#open();
    const lists = await vagrant.snapshotList();
    await this.#changing(undefined, async () => {
      for (const { name: machine } of this.#plan.machines)
        if (lists.get(machine)?.includes(name)) await vagrant.snapshotDelete(machine, name);
    });
    await this.#recordSnapshot(name, undefined);
  }

  /** When each was saved, which Vagrant does not tell. */
  async #snapshotTimes(): Promise<Record<string, number>> {
    const text = await readFile(join(this.#dir, "snapshots.json"), "utf8").catch(() => "{}");
    try {
      return JSON.parse(text) as Record<string, number>;
    } catch {
      return {};
    }
  }

  async #recordSnapshot(name: string, at: number | undefined): Promise<void> {
    const { [name]: _old, ...others } = await this.#snapshotTimes();
    const times = at === undefined ? others : { ...others, [name]: at };
    await writeFile(join(this.#dir, "snapshots.json"), `${JSON.stringify(times)}\n`);
  }

  /** Work that changes machines: what is known of them is forgotten, and nobody waits for a minute without a word. */
  async #changing<T>(progress: ((event: Progress) => void) | undefined, work: () => Promise<T>): Promise<T> {
    this.#known = undefined;
    const { forgetEndpoints } = await import("./endpoints.ts");
    await forgetEndpoints(this.#dir);
    const beat = heartbeat(progress ?? (() => undefined));
    this.#progress = beat.tell;
    try {
      return await work();
    } finally {
      beat.stop();
      this.#progress = () => undefined;
      this.#known = undefined;
    }
  }
}

/** A box that cannot be downloaded may be here, for another provider. */
async function explainBox(error: unknown, vagrant: Vagrant, plan: Plan): Promise<never> {
  if (!(error instanceof KubemendError) || !["box-offline", "box-missing"].includes(error.code)) throw error;
  const { provider } = plan.specification;
  for (const box of new Set(plan.machines.map((m) => m.box))) {
    const there = await vagrant.boxProviders(box);
    if (there.length > 0 && !there.includes(provider))
      throw providerError("box-provider", `the box ${box} is here for ${there.join(" and ")} only, not for ${provider}`, {
        hint: `Choose a machine.box that is made for ${provider}, or use --provider ${there[0]}.`,
        cause: error,
      });
  }
  throw error;
}

function ignoreUnlessInterrupted(error: unknown): void {
  if (error instanceof KubemendError && ["interrupted", "vagrant-missing", "machine-locked"].includes(error.code)) throw error;
}
