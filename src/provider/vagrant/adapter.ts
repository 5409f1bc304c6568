/**
 * Vagrant as this product uses it. node-vagrant builds the commands it builds well (`up` with its progress, `destroy`); what runs them is
 * our own, because node-vagrant takes a silent failure for success, cannot cancel, has no limits and runs queued commands in the wrong
 * order. Here commands run one after the other, are judged by exit status and output, and fail with typed errors.
 */
import { mkdirSync, appendFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import nodeVagrant, { type Machine } from "node-vagrant";
import { KubemendError, providerError } from "../../error.ts";
import { explain } from "./errors.ts";
import { forgetRun, outlive, rememberRun } from "./left-behind.ts";
import { parseLines } from "./machine-readable.ts";
import { run, type Ended, type Run } from "./process.ts";
import { parseSshConfig, type SshBlock } from "./ssh-config.ts";

/** Status of a command that was ended with Ctrl-C, as shells give it. */
const interruptedStatus = 130;

/** Milliseconds. */
const limits = {
  /** For commands that only look. */
  look: 180_000,
  /** For commands that work, without a word from them; config.vm.boot_timeout is 600 s. */
  silence: 900_000,
  /** How long another vagrant may hold the machines. */
  locked: 900_000,
} as const;

export interface VagrantOptions {
  /** Folder of the Vagrantfile. */
  dir: string;
  provider: string;
  /** File that keeps everything that vagrant printed. */
  log: string;
  /** Lines that vagrant prints while it works; `machine` is missing where it names none. */
  onLine?: (text: string, machine?: string) => void;
}

interface Look {
  limit?: number;
  env?: NodeJS.ProcessEnv;
}

/** One call of node-vagrant. What it reports of the outcome is left aside: see `judge`. */
type Command = (machine: Machine) => void;

export class Vagrant {
  readonly #options: VagrantOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: VagrantOptions) {
    this.#options = options;
  }

  /** "2.3.4". Throws `vagrant-missing`. */
  async version(): Promise<string> {
    const { stdout } = await this.#run(["--version"], { limit: limits.look });
    const version = /\b(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    if (version === undefined) throw this.#garbage(["--version"], stdout);
    return version;
  }

  /** State of every machine of the Vagrantfile, in Vagrant's words: `running`, `poweroff`, `not_created` … Boots nothing. */
  async status(): Promise<Map<string, string>> {
    const args = ["status", "--machine-readable"];
    const { stdout } = await this.#run(args, { limit: limits.look });
    const states = parseLines(stdout).filter((line) => line.type === "state" && line.target !== "");
    if (states.length === 0) throw this.#garbage(args, stdout);
    return new Map(states.map((line) => [line.target, line.data[0] ?? "unknown"]));
  }

  /** Where running machines answer. On LXC that changes with every boot. */
  async sshConfig(machines: readonly string[]): Promise<SshBlock[]> {
    const args = ["ssh-config", ...machines];
    const { stdout } = await this.#run(args, { limit: limits.look });
    const blocks = parseSshConfig(stdout).filter((block) => machines.includes(block.machine));
    if (blocks.length < machines.length) throw this.#garbage(args, stdout);
    return blocks;
  }

  /** Boots machines, in parallel where the provider can; provisions nothing. */
  up(machines: readonly string[]): Promise<void> {
    const options = ["--no-provision", "--provider", this.#options.provider, ...machines];
    return this.#work((machine) => machine.up(options, ignored));
  }

  /** Stops and boots machines, so that their network and names are set as after any boot. */
  reload(machines: readonly string[]): Promise<void> {
    return this.#words(["reload", "--no-provision", ...machines]);
  }

  /** Asks the machines to shut down; Vagrant pulls the plug of those that do not. */
  halt(machines: readonly string[]): Promise<void> {
    return this.#words(["halt", ...machines]);
  }

  /** Removes the machines of the Vagrantfile. `vagrantfile`: another than the folder's own. */
  destroy(vagrantfile?: string): Promise<void> {
    return this.#work((machine) => machine.destroy([], ignored), {
      env: vagrantfile === undefined ? {} : { VAGRANT_VAGRANTFILE: vagrantfile },
    });
  }

  /** Of all machines; an existing one is replaced. */
  snapshotSave(name: string): Promise<void> {
    return this.#words(["snapshot", "save", "--force", name]);
  }

  /** Puts all machines back and boots them. */
  snapshotRestore(name: string): Promise<void> {
    return this.#words(["snapshot", "restore", "--no-provision", name]);
  }

  snapshotDelete(machine: string, name: string): Promise<void> {
    return this.#words(["snapshot", "delete", machine, name]);
  }

  /** Names of the snapshots of each machine. */
  async snapshotList(): Promise<Map<string, string[]>> {
    const { stdout } = await this.#run(["snapshot", "list"], { limit: limits.look });
    return parseSnapshots(stdout);
  }

  /** Providers for which a box is here. */
  async boxProviders(name: string): Promise<string[]> {
    const { stdout } = await this.#run(["box", "list", "--machine-readable"], { limit: limits.look });
    let box = "";
    const providers: string[] = [];
    for (const { type, data } of parseLines(stdout)) {
      if (type === "box-name") box = data[0] ?? "";
      else if (type === "box-provider" && box === name) providers.push(data[0] ?? "");
    }
    return providers;
  }

  #words(words: string[]): Promise<void> {
    return this.#work((machine) => machine._run(words, ignored));
  }

  /** Waits for a vagrant that outlived a killed kubemend. */
  idle(): Promise<void> {
    return outlive(this.#options.dir, limits.locked, (text) => this.#options.onLine?.(text));
  }

  /** A command that changes machines. */
  #work(command: Command, look: Look = {}): Promise<void> {
    return this.#unlocked(limits.locked, () => this.#once(command, look));
  }

  /** Waits, at most so many milliseconds, for another vagrant that is at work on the machines: looking at them may need the lock as well. */
  async #unlocked<T>(limit: number, command: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    for (;;) {
      try {
        return await command();
      } catch (error) {
        if (!(error instanceof KubemendError) || error.code !== "machine-locked" || performance.now() - begin > limit) throw error;
        this.#options.onLine?.(`${error.message}; waiting for it`);
        await delay(3000);
      }
    }
  }

  #once(command: Command, look: Look): Promise<void> {
    return this.#queue(async () => {
      await this.idle();
      const machine = nodeVagrant.create({ cwd: this.#options.dir, env: process.env });
      const onOutput = lines(this.#options.onLine);
      const runs: { words: string[]; run: Run }[] = [];
      machine._run = (words) => {
        const started = this.#start(words, { ...look, silent: true, onOutput });
        rememberRun(this.#options.dir, started.pid);
        runs.push({ words, run: started });
        return started;
      };
      command(machine);
      for (const { words, run: started } of runs) {
        const ended = await started.ended;
        forgetRun(this.#options.dir);
        this.#judge(words, ended);
      }
    });
  }

  /** A command that only looks. */
  #run(args: string[], look: Look): Promise<Ended> {
    return this.#unlocked(limits.look, () =>
      this.#queue(async () => {
        const ended = await this.#start(args, look).ended;
        this.#judge(args, ended);
        return ended;
      }),
    );
  }

  /** One after the other. */
  #queue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  #start(args: string[], options: Look & { silent?: boolean; onOutput?: (text: string) => void }) {
    const { dir, provider } = this.#options;
    // these lead Vagrant elsewhere than to this folder
    const { VAGRANT_CWD: _cwd, VAGRANT_VAGRANTFILE: _file, VAGRANT_DOTFILE_PATH: _dotfile, ...env } = process.env;
    this.#note(`\n=== ${new Date().toISOString()} vagrant ${args.join(" ")}\n`);
    return run("vagrant", args, {
      cwd: dir,
      env: { ...env, VAGRANT_DEFAULT_PROVIDER: provider, VAGRANT_CHECKPOINT_DISABLE: "1", ...options.env },
      limit: options.limit ?? limits.silence,
      ...(options.silent === undefined ? {} : { silent: options.silent }),
      onOutput: (text, stream) => {
        this.#note(text);
        // errors are told by what is thrown
        if (stream === "stdout") options.onOutput?.(text);
      },
      onInterrupt: () => this.#options.onLine?.("ending vagrant in order (press Ctrl-C again to hurry it)"),
    });
  }

  #note(text: string): void {
    try {
      mkdirSync(dirname(this.#options.log), { recursive: true });
      appendFileSync(this.#options.log, text, { mode: 0o600 });
    } catch {
      // a full disk must not hide what goes wrong because of it
    }
  }

  /** Throws what a command that did not end well means. */
  #judge(args: string[], ended: Ended): void {
    const command = `vagrant ${args.join(" ")}`;
    const output = `${ended.stdout}\n${ended.stderr}`.trim();
    const details = { command, output };
    if (ended.why === "interrupted")
      throw new KubemendError("interrupted", interruptedStatus, `interrupted in \`${command}\``, {
        hint: "`kubemend up` continues where it stopped.",
        details,
      });
    if (ended.why === "not-found")
      throw providerError("vagrant-missing", "Vagrant is not installed, or `vagrant` is not on the PATH", {
        hint: "Install it (https://developer.hashicorp.com/vagrant/install; Debian and Ubuntu: `sudo apt-get install vagrant`), or use `--provider sim`, which needs nothing.",
      });
    if (ended.why === "no-folder")
      throw providerError("no-cluster", `the state folder ${this.#options.dir} is gone`, { hint: "`kubemend up` makes the cluster anew." });
    if (ended.why === "limit")
      throw providerError(
        "vagrant-timeout",
        `\`${command}\` did not end, and was ended${output === "" ? "" : `; it said last:\n${tail(output)}`}`,
        {
          hint: `Its log is ${this.#options.log}. \`kubemend up\` continues.`,
          details,
        },
      );
    if (ended.status === 0) return;
    const explanation = explain(output);
    const where = /error occurred while executing the action on the '([^']+)'/.exec(output)?.[1];
    if (explanation)
      throw providerError(explanation.code, `${where === undefined ? "" : `${where}: `}${explanation.message}`, {
        hint: explanation.hint,
        details,
      });
    throw providerError(
      "vagrant-failed",
      `\`${command}\` ended with ${ended.status === undefined ? "a signal" : `status ${ended.status}`}:\n${output === "" ? "(it printed nothing)" : output}`,
      { hint: `Everything that vagrant printed is in ${this.#options.log}.`, details },
    );
  }

  #garbage(args: string[], output: string): KubemendError {
    const said = output.trim();
    return providerError(
      "vagrant-garbage",
      `\`vagrant ${args.join(" ")}\` ended well, but printed ${said === "" ? "nothing" : `what cannot be read:\n${tail(said)}`}`,
      { hint: "Is the `vagrant` on the PATH the real one? `vagrant --version` should print its version.", details: { output } },
    );
  }
}

/** Gives on whole lines, without the machine's name before them (`==> worker1: text`). */
function lines(give: VagrantOptions["onLine"]): (text: string) => void {
  let rest = "";
  return (text) => {
    const whole = (rest + text).split(/[\r\n]+/);
    rest = whole.pop() ?? "";
    for (const line of whole) {
      const named = /^(?:==>|   ) ([\w.-]+): (.*)$/.exec(line);
      const said = (named?.[2] ?? line).trim();
      if (said !== "") give?.(said, named?.[1]);
    }
  };
}

const ignored = (): void => undefined;

const tail = (text: string): string => text.split("\n").slice(-15).join("\n");

/** `==> worker1: ` before a list of names, one a line; or a sentence when there are none. */
function parseSnapshots(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let machine: string | undefined;
  for (const line of output.split(/\r?\n/)) {
    const head = /^==> ([\w.-]+):\s*(.*)$/.exec(line);
    const name = (head ? head[2]! : line).trim();
    if (head) machine = head[1]!;
    if (machine === undefined) continue;
    const list = found.get(machine) ?? [];
    // "No snapshots have been taken yet!" and its advice are sentences
    if (name !== "" && !/\s/.test(name)) list.push(name);
    found.set(machine, list);
  }
  return found;
}
