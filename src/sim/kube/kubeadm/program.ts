/** The program kubeadm. */
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { FlagError, type ParsedFlags } from "../control/flags.ts";
import { certificateKey, tokenCreate, tokenDelete, tokenGenerate, tokenList } from "./token.ts";
import { checkExpiration, kubeconfigUser, renew, renewable } from "./certs-command.ts";
import { findCommand, parseFlags, tree, type Command } from "./cli.ts";
import {
  configView,
  imagesList,
  imagesPull,
  migrate,
  printInitDefaults,
  printJoinDefaults,
  printResetDefaults,
  validate,
  version,
} from "./config-command.ts";
import { Context, KubeadmError } from "./context.ts";
import { init, initPhase } from "./init.ts";
import { join } from "./join.ts";
import { reset } from "./reset.ts";

async function main(p: Proc): Promise<number> {
  const c = new Context(p);
  try {
    return await dispatch(c, p.args);
  } catch (error) {
    if (!(error instanceof KubeadmError) && !(error instanceof FlagError)) throw error;
    const status = error instanceof KubeadmError ? error.status : 1;
    const prefix = c.minor >= 34 ? "error: " : "";
    await c.err(`${prefix}${error.message}`);
    await c.err("To see the stack trace of this error execute with --v=5 or higher");
    return status;
  }
}

async function dispatch(c: Context, args: string[]): Promise<number> {
  const { path, command, rest } = findCommand(args);
  if ((command.until ?? c.minor) < c.minor) throw new KubeadmError(unknown(path.slice(0, -1), path.at(-1)!, { short: "" }));
  const flags = parseFlags(command, rest);
  c.verbosity = Number(flags.values.v ?? 0);
  if (flags.values.help === "true") return await help(c, path, command);
  const operand = flags.rest[0];
  if (operand !== undefined && command.sub && (command.args ?? 0) === 0) {
    // a group of commands shows its help for a word it does not know, except at the root
    if (path.length === 0 || command.flags) throw new KubeadmError(unknown(path, operand, command));
    return await help(c, path, command);
  }
  if (flags.rest.length > (command.args ?? 0)) {
    if (command.args) throw new KubeadmError(`accepts at most ${command.args} arg(s), received ${flags.rest.length}`);
    throw new KubeadmError(unknown(path, operand!, command));
  }
  return await run(c, path, command, flags);
}

/** cobra's suggestion for mistyped commands: names within two edits. */
function unknown(path: string[], word: string, command: Command): string {
  const close = Object.keys(command.sub ?? {}).filter((name) => distance(name, word) <= 2 || name.startsWith(word));
  const hint = close.length > 0 ? `\n\nDid you mean this?\n${close.map((name) => `\t${name}\n`).join("")}` : "";
  return `unknown command ${JSON.stringify(word)} for ${JSON.stringify(["kubeadm", ...path].join(" "))}${hint}`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

async function help(c: Context, path: string[], command: Command): Promise<number> {
  const name = ["kubeadm", ...path].join(" ");
  const width = Math.max(11, ...Object.keys(command.sub ?? {}).map((n) => n.length));
  const lines = [command.short, "", "Usage:"];
  if (command.flags || !command.sub) lines.push(`  ${name} [flags]`);
  if (command.sub) {
    lines.push(`  ${name} [command]`, "", "Available Commands:");
    for (const [sub, { short, until }] of Object.entries(command.sub))
      if ((until ?? c.minor) >= c.minor) lines.push(`  ${sub.padEnd(width)} ${short}`.trimEnd());
  }
  const flags = Object.entries(command.flags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  lines.push("", "Flags:");
  const kinds: Record<string, string> = { list: " strings", bool: "", map: " mapStringString" };
  const shown = flags.map(([flag, kind]) => `      --${flag}${kinds[kind] ?? ` ${kind === "int" ? "int32" : kind}`}`);
  lines.push(...shown, `  -h, --help${" ".repeat(3)}help for ${path.at(-1) ?? "kubeadm"}`);
  if (command.sub) lines.push("", `Use "${name} [command] --help" for more information about a command.`);
  await c.p.out(`${lines.join("\n")}\n`);
  return 0;
}

async function run(c: Context, path: string[], command: Command, flags: ParsedFlags): Promise<number> {
  const [operand] = flags.rest;
  const [first, second, third, fourth] = path;
  switch (path.slice(0, 3).join(" ")) {
    case "init":
      await init(c, flags);
      return 0;
    case "join":
      await join(c, flags, operand);
      return 0;
    case "reset":
      await reset(c, flags);
      return 0;
    case "token":
    case "token list":
      if (path.length === 1) return await help(c, path, command);
      await tokenList(c, flags);
      return 0;
    case "token create":
      if (flags.values["dry-run"] === "true") c.p.notSimulated("kubeadm token create --dry-run");
      await tokenCreate(c, flags, operand);
      return 0;
    case "token delete":
      await tokenDelete(c, flags, flags.rest);
      return 0;
    case "token generate":
      await tokenGenerate(c);
      return 0;
    case "certs certificate-key":
      await certificateKey(c);
      return 0;
    case "certs check-expiration":
      await checkExpiration(c, flags);
      return 0;
    case "certs renew": {
      if (operand === undefined) return await help(c, path, command);
      if (operand !== "all" && !renewable(c.minor).includes(operand)) throw new KubeadmError(`invalid subcommand: "${operand}"`);
      await renew(c, flags, operand);
      return 0;
    }
    case "config images list":
      await imagesList(c, flags);
      return 0;
    case "config images pull":
      await imagesPull(c, flags);
      return 0;
    case "config print init-defaults":
      await printInitDefaults(c, flags);
      return 0;
    case "config print join-defaults":
      await printJoinDefaults(c);
      return 0;
    case "config print reset-defaults":
      await printResetDefaults(c);
      return 0;
    case "config migrate":
      await migrate(c, flags);
      return 0;
    case "config validate":
      await validate(c, flags);
      return 0;
    case "config view":
      await configView(c, flags);
      return 0;
    case "alpha kubeconfig user":
    case "kubeconfig user":
      await kubeconfigUser(c, flags);
      return 0;
    case "version":
      await version(c, flags.values.output);
      return 0;
  }
  if (first === "init" && second === "phase" && third !== undefined) {
    if (command.sub && fourth === undefined) return await help(c, path, command);
    return (await initPhase(c, third, fourth, flags)) ? 0 : await help(c, path, command);
  }
  if (command.sub && !command.flags) return await help(c, path, command);
  if (path.length === 0) return await help(c, [], tree);
  return c.p.notSimulated(["kubeadm", ...path].join(" "));
}

export const kubeadm: CommandProgram = { name: "kubeadm", main };
