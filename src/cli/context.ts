/** What every command needs: where state is, which cluster, how to speak. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { formatFinding, type Finding, type Location } from "../cluster/finding.ts";
import { labelFrom } from "../cluster/name.ts";
import type { Plan } from "../cluster/plan.ts";
import type { Specification } from "../cluster/specification.ts";
import { usageError } from "../error.ts";
import type { MachineStatus } from "../provider/provider.ts";
import type { Cluster } from "../provision/cluster.ts";
import type { Listener } from "../report/events.ts";
import { jsonReporter } from "../report/json.ts";
import { terminalReporter } from "../report/terminal.ts";
import type { Io } from "./io.ts";

export interface GlobalOptions {
  file?: string;
  name?: string;
  provider?: string;
  output?: "text" | "json";
}

/** A specification as far as it can be planned, with what is wrong with it and where its fields stand. */
interface Planned {
  plan?: Plan;
  findings: Finding[];
  locate: (field: string) => Location | undefined;
}

export class Context {
  readonly io: Io;
  /** Exit status of a command that ends without an error. */
  status = 0;

  /** The words of the command line. */
  readonly argv: readonly string[];

  constructor(io: Io, argv: readonly string[]) {
    this.io = io;
    this.argv = argv;
  }

  /** Folder that holds all clusters' state. */
  get home(): string {
    return resolve(this.io.cwd, this.io.env.KUBEMEND_HOME || ".kubemend");
  }

  /** Writes a result line to stdout. */
  print(text: string): void {
    this.io.stdout.write(`${text}\n`);
  }

  /** Writes a line about the work to stderr. */
  say(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  /** Somebody is there to answer a question. */
  get asks(): boolean {
    return this.io.stdin.isTTY === true && this.io.stderr.isTTY === true;
  }

  /** Asks on the terminal; everything but a plain yes means no. */
  async ask(question: string): Promise<boolean> {
    const { createInterface } = await import("node:readline/promises");
    const lines = createInterface({ input: this.io.stdin, output: this.io.stderr });
    // Ctrl-C and Ctrl-D close it, and a question that is pending then is never answered
    const closed = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)).once("SIGINT", () => lines.close()));
    try {
      const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
      if (answer === undefined) this.say("");
      return /^(y|yes)$/i.test(answer?.trim() ?? "");
    } finally {
      lines.close();
    }
  }

  /** One line of `--output json`: every one is an object that says in `type` what it is, as events and errors do. */
  printJson<T extends { type: string }>(value: T): void {
    this.print(JSON.stringify(value));
  }

  reporter(options: { output?: string }): Listener {
    return options.output === "json" ? jsonReporter(this.io.stdout) : terminalReporter(this.io);
  }

  /** The specification of the folder (or of -f), planned. Prints warnings; throws `specification` with every error. */
  async plan(options: GlobalOptions, unwritten?: (defaults: Specification) => Specification): Promise<Required<Planned>> {
    const { plan, findings, locate } = await this.tryPlan(options, unwritten);
    if (plan) return { plan, findings, locate };
    const errors = findings.filter((f) => f.severity === "error");
    throw usageError(
      "specification",
      `the specification has ${errors.length} problem${errors.length === 1 ? "" : "s"}:\n\n${errors.map(formatFinding).join("\n")}`,
      { details: { findings } },
    );
  }

  /** `unwritten` changes the defaults where there is no file. */
  async tryPlan(options: GlobalOptions, unwritten: (defaults: Specification) => Specification = (defaults) => defaults): Promise<Planned> {
    const file = options.file ?? (existsSync(resolve(this.io.cwd, "kubemend.yaml")) ? "kubemend.yaml" : undefined);
    let text = "";
    if (file !== undefined) {
      text = await readFile(resolve(this.io.cwd, file), "utf8").catch((error: NodeJS.ErrnoException) => {
        throw usageError("no-specification", `cannot read ${file}: ${error.message}`, {
          hint: "Without -f, kubemend.yaml of this folder is read; with neither, every field has its default.",
        });
      });
    }
    // loaded when needed: schemas and YAML are most of the start-up time, and `kubemend ssh` has no use for them
    const [{ readSpecification }, { makePlan }, { resolveMirror }, { withIdentityPaths }] = await Promise.all([
      import("../cluster/specification.ts"),
      import("../cluster/plan.ts"),
      import("../cluster/mirror.ts"),
      import("../cluster/inventory.ts"),
    ]);
    const read = readSpecification(text, file ?? "kubemend.yaml", labelFrom(basename(this.io.cwd)));
    const { locate } = read;
    const readable = read.specification ?? read.rest;
    if (!readable) return { findings: read.findings, locate };
    const specification = {
      ...(file === undefined ? unwritten(readable) : readable),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.provider === undefined ? {} : { provider: options.provider as Plan["specification"]["provider"] }),
    };
    // paths in a specification begin at its folder
    const folder = dirname(resolve(this.io.cwd, file ?? "kubemend.yaml"));
    const mirror = resolveMirror(specification.mirror, folder);
    const whole = (path: string): string => resolve(folder, path.replace(/^~(?=\/|$)/, this.io.env.HOME ?? homedir()));
    const located = withIdentityPaths({ ...specification, ...(mirror === undefined ? {} : { mirror }) }, whole);
    const { plan, findings } = makePlan(located, locate);
    if (!read.specification) return { findings: [...read.findings, ...beside(read.findings, findings)], locate };
    return { ...(plan ? { plan } : {}), findings: [...read.findings, ...findings], locate };
  }

  /** What on this host would keep a plan from working. */
  async hostFindings(plan: Plan, locate: Planned["locate"]): Promise<Finding[]> {
    const { gatherFacts, hostFindings } = await import("../host/index.ts");
    const [facts, existing] = await Promise.all([
      gatherFacts({ providers: [plan.specification.provider], state: join(this.home, plan.name) }),
      this.existing(plan),
    ]);
    return hostFindings(plan, facts, { existing, locate });
  }

  /** Machines of a plan that were made already. */
  async existing(plan: Plan): Promise<string[]> {
    const { clusterNames, openCluster } = await import("../provision/cluster.ts");
    if (!(await clusterNames(this.home)).includes(plan.name)) return [];
    const cluster = await openCluster(this.home, plan.name);
    try {
      return (await cluster.machines()).filter((machine) => machine.state !== "missing").map((machine) => machine.name);
    } finally {
      await cluster.close();
    }
  }

  /** The cluster the command is about, closed again afterwards. */
  async withCluster<T>(options: GlobalOptions, work: (cluster: Cluster, machines: MachineStatus[]) => Promise<T>): Promise<T> {
    const { openCluster } = await import("../provision/cluster.ts");
    const cluster = await openCluster(this.home, options.name);
    try {
      return await work(cluster, await cluster.machines());
    } finally {
      await cluster.close();
    }
  }
}

/** Those findings of a plan that hold whatever stands in the place of the fields whose form is wrong. */
function beside(ofForm: readonly Finding[], ofPlan: readonly Finding[]): Finding[] {
  const wrong = new Set(ofForm.map(({ field }) => field.split(".")[0]));
  return ofPlan.filter(({ field, code }) => {
    if (wrong.has(field.split(".")[0])) return false;
    if (code === "unknown-machine") return !wrong.has("workers") && !wrong.has("controlplanes");
    return !(field.startsWith("machines.") && wrong.has("network"));
  });
}
