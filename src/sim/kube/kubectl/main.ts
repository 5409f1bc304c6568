/** The program kubectl. */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { apply, create, deleteCommand, diff, replace } from "./commands/manage.ts";
import { auth } from "./commands/auth.ts";
import { apiResources, apiVersions, clusterInfo, version } from "./commands/cluster.ts";
import { explain } from "./commands/explain.ts";
import type { Command } from "./commands/command.ts";
import { config } from "./commands/config.ts";
import { cordon, drain, taint, uncordon } from "./commands/nodes.ts";
import { cp } from "./commands/cp.ts";
import { debug } from "./commands/debug.ts";
import { describe } from "./commands/describe.ts";
import { edit } from "./commands/edit.ts";
import { events } from "./commands/events.ts";
import { exec, attach } from "./commands/exec.ts";
import { expose, run } from "./commands/run.ts";
import { get } from "./commands/get.ts";
import { logs } from "./commands/logs.ts";
import { autoscale } from "./commands/autoscale.ts";
import { annotate, certificate, label, patch, scale } from "./commands/change.ts";
import { rollout } from "./commands/rollout.ts";
import { set } from "./commands/set.ts";
import { wait } from "./commands/wait.ts";
import { top } from "./commands/top.ts";
import { minorOf, patchOf } from "../control/releases.ts";
import { openError } from "../kubeconfig.ts";
import { Failure } from "./failure.ts";
import { globalFlags, globalShort } from "./flags.ts";
import { optionsHelp } from "./help/options.ts";
import { help, printHelp } from "./help/print.ts";
import { lacks } from "./help/recorded.ts";

const commands: Record<string, Command> = {
  get,
  describe,
  logs,
  exec,
  attach,
  cp,
  debug,
  apply,
  create,
  delete: deleteCommand,
  diff,
  replace,
  edit,
  patch,
  label,
  annotate,
  scale,
  autoscale,
  set,
  rollout,
  taint,
  cordon,
  uncordon,
  drain,
  wait,
  run,
  expose,
  config,
  version,
  "cluster-info": clusterInfo,
  "api-resources": apiResources,
  "api-versions": apiVersions,
  explain,
  auth,
  certificate,
  events,
  top,
};

/** Commands of the real kubectl that are not modelled. */
const unmodelled = ["port-forward", "proxy", "kustomize", "completion", "plugin", "alpha", "options", "help", "convert", "kuberc"];

/** The command's name and its arguments: global flags may come before it. */
function split(argv: string[]): { name: string | undefined; rest: string[] } {
  const before: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (!arg.startsWith("-")) {
      // behind the command's own words, which may begin with a subcommand, but before what `--` hands on
      const own = argv.slice(i + 1);
      const end = own.indexOf("--");
      return { name: arg, rest: end < 0 ? [...own, ...before] : [...own.slice(0, end), ...before, ...own.slice(end)] };
    }
    before.push(arg);
    const name = arg.startsWith("--") ? arg.slice(2) : globalShort[arg.slice(1)];
    if (name !== undefined && !arg.includes("=") && globalFlags[name] !== undefined && globalFlags[name] !== "bool" && i + 1 < argv.length)
      before.push(argv[++i]!);
  }
  return { name: undefined, rest: before };
}

/** cobra suggests commands in the order in which kubectl registers them (staging/src/k8s.io/kubectl/pkg/cmd/cmd.go). */
const registration =
  "create expose run set explain get edit delete rollout scale autoscale certificate cluster-info top cordon uncordon drain taint describe logs attach exec port-forward proxy cp auth debug events diff apply patch replace wait kustomize label annotate completion api-resources api-versions config plugin version".split(
    " ",
  );
const registered = (name: string): number => (registration.includes(name) ? registration.indexOf(name) : registration.length);

function distance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    let previous = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const keep = row[j]!;
      row[j] = Math.min(row[j]! + 1, row[j - 1]! + 1, previous + (a[i - 1] === b[j - 1] ? 0 : 1));
      previous = keep;
    }
  }
  return row[b.length]!;
}

/** Up to 1.22 cobra itself reports what it finds wrong with a command line (component-base/cli came with 1.23). */
function cobraWords(message: string): string {
  const own = /^error: ((?:unknown (?:flag|shorthand flag|command)|required flag\(s\)|flag needs an argument|invalid argument)[^]*)$/.exec(
    message,
  )?.[1];
  if (own === undefined || /^unknown command "[^"]*"\n/.test(own)) return message;
  if (!own.startsWith("unknown command")) return `Error: ${own}`;
  return `Error: ${own}${own.includes("\n") ? "\n" : ""}\nRun 'kubectl --help' for usage.`;
}

/** ~/.kube/kuberc, read since 1.34 (k8s.io/kubectl/pkg/kuberc): what cannot be read is told, without an end of line. */
async function preferences(p: Proc, minor: number): Promise<void> {
  if (minor < 34 || p.env.KUBECTL_KUBERC === "false" || p.env.KUBERC === "off") return;
  const path = p.env.KUBERC ?? `${p.env.HOME ?? "/root"}/.kube/kuberc`;
  try {
    p.fs.stat(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code !== "ENOENT" || p.env.KUBERC !== undefined)
      await p.err(`kuberc: no preferences loaded from ${path}: ${openError(path, error)}`);
    return;
  }
  p.notSimulated("kubectl with a kuberc file");
}

async function main(p: Proc): Promise<number> {
  const { name, rest } = split(p.args);
  const minor = minorOf(p.state.version);
  await preferences(p, minor);
  try {
    const helped = await help(p, { minor, patch: patchOf(p.state.version) });
    if (helped !== undefined) return helped;
    if (name === undefined) {
      const bad = rest.find(
        (r) =>
          r.startsWith("-") && globalFlags[r.replace(/^--?/, "").split("=")[0]!] === undefined && globalShort[r.slice(1, 2)] === undefined,
      );
      const what = bad?.startsWith("--") ? `flag: ${bad.split("=")[0]}` : `shorthand flag: '${bad?.[1]}' in ${bad}`;
      throw new Failure(`error: unknown ${what}\nSee 'kubectl --help' for usage.`);
    }
    const command = lacks(name, minor) ? undefined : commands[name];
    if (name === "options") {
      await printHelp(p, optionsHelp(minor, p.env.HOME ?? "/"));
      return 0;
    }
    if (!command) {
      if (unmodelled.includes(name) && !lacks(name, minor)) throw new NotSimulated(`kubectl ${name}`);
      const near = [...Object.keys(commands), ...unmodelled]
        .filter((c) => !lacks(c, minor) && (distance(name, c) <= 2 || c.startsWith(name)))
        .toSorted((a, b) => registered(a) - registered(b) || (a < b ? -1 : 1));
      throw new Failure(
        `error: unknown command ${JSON.stringify(name)} for "kubectl"${near.length > 0 ? `\n\nDid you mean this?\n${near.map((n) => `\t${n}`).join("\n")}` : ""}`,
      );
    }
    return await command(p, rest);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.printed !== "") await p.out(error.printed);
    await p.err(`${minor < 23 ? cobraWords(error.message) : error.message}\n`);
    return error.status;
  }
}

export const kubectl: CommandProgram = { name: "kubectl", main };
