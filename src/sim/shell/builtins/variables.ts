/** Builtins that declare and change variables and options. */
import { attributes, declaration } from "../declaration.ts";
import { NotSimulated } from "../../core/errno.ts";
import { changeableShopt, fixedOptions, setOptions, type Flags, type SetOption, type Shopt } from "../options.ts";
import { listed, traced } from "../quote.ts";
import type { Shell, ShellFunction } from "../shell.ts";
import type { Variable } from "../variables.ts";
import { ReadonlyVariable } from "../variables.ts";
import { isName, options, type Builtin, type Words } from "./builtin.ts";
import type { Declared } from "../simple.ts";
import { parseScript } from "../syntax.ts";
import { assignArray, ps4 } from "../execute.ts";

/** An argument of a declaration builtin in one form. */
function declared(word: string | Declared): Declared {
  if (typeof word !== "string") return word;
  const match = /^([A-Za-z_]\w*)(?:\[((?:[^\]])*)\])?(\+?)=([\s\S]*)$/.exec(word);
  if (!match) return { name: word, append: false, index: undefined, value: undefined, array: undefined, text: word };
  return { name: match[1]!, index: match[2], append: match[3] === "+", value: match[4]!, array: undefined, text: word };
}

interface Change {
  set: string;
  clear: string;
  global: boolean;
  local: boolean;
  print: boolean;
  functions: boolean;
  names: boolean;
  inherit: boolean;
}

/** declare, typeset, local; export and readonly through the same path. */
async function declareVariables(sh: Shell, command: string, words: Words, change: Change): Promise<number> {
  let status = 0;
  for (const word of words) {
    const d = declared(word);
    const bare = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(d.name);
    const name = bare ? bare[1]! : d.name;
    if (change.functions) {
      status = (await declareFunction(sh, command, name, change)) || status;
      continue;
    }
    if (name === "-" && command === "local") {
      sh.frames.findLast((f) => f.name !== "source")!.flags ??= { ...sh.flags };
      continue;
    }
    if (!isName(name)) {
      await sh.error(`${command}: \`${d.text}': not a valid identifier`);
      status = 1;
      continue;
    }
    if (change.print) {
      const v = sh.vars.all.get(name);
      if (!v) {
        await sh.error(`${command}: ${name}: not found`);
        status = 1;
      } else await sh.p.out(`${declaration(sh.vars, name, v)}\n`);
      continue;
    }
    try {
      let v: Variable;
      if (change.local) v = sh.vars.local(name, change.inherit);
      else v = change.set.includes("n") ? (sh.vars.all.get(name) ?? sh.vars.declare(name)) : sh.vars.declare(name);
      await apply(sh, command, name, v, d, change);
    } catch (error) {
      if (!(error instanceof ReadonlyVariable)) throw error;
      await sh.error(`${command === "export" || command === "readonly" ? "" : `${command}: `}${error.message}`);
      status = 1;
    }
  }
  return status;
}

async function apply(sh: Shell, command: string, name: string, v: Variable, d: Declared, change: Change): Promise<void> {
  const { set, clear } = change;
  if (v.readonly && (d.value !== undefined || d.array || clear.includes("r") || /[aA]/.test(set))) {
    if (d.value !== undefined || d.array || clear.includes("r")) throw new ReadonlyVariable(name);
  }
  if (set.includes("n")) {
    v.nameref = true;
    if (d.value !== undefined) v.value = d.value;
    if (set.includes("r")) v.readonly = true;
    return;
  }
  if (clear.includes("n")) v.nameref = false;
  if (set.includes("A")) {
    if (v.kind === "array" && v.array!.size > 0) {
      await sh.error(`${command}: ${name}: cannot convert indexed to associative array`);
      return;
    }
    sh.vars.makeArray(v, "assoc");
  } else if (set.includes("a")) {
    if (v.kind === "assoc") {
      await sh.error(`${command}: ${name}: cannot convert associative to indexed array`);
      return;
    }
    sh.vars.makeArray(v, "array");
  }
  if (set.includes("i")) v.integer = true;
  if (set.includes("l")) {
    v.lower = true;
    v.upper = false;
  }
  if (set.includes("u")) {
    v.upper = true;
    v.lower = false;
  }
  if (clear.includes("i")) v.integer = false;
  if (clear.includes("l")) v.lower = false;
  if (clear.includes("u")) v.upper = false;
  if (d.array) d.array();
  else if (d.value !== undefined) {
    // a string of the form (…) given to an array declaration is an array value
    if (v.kind !== "scalar" && d.index === undefined && /^\([\s\S]*\)$/.test(d.value)) {
      const node = parseScript(`${name}=${d.value}`).commands[0]?.command;
      const value = node?.type === "Command" ? node.prefix[0] : undefined;
      if (value?.type === "Assignment" && value.value.type === "ArrayValue") await assignArray(sh, name, value.value, d.append);
    } else sh.vars.set(name, d.value, d.index, d.append);
  }
  if (set.includes("x")) v.exported = true;
  if (clear.includes("x")) v.exported = false;
  if (set.includes("r")) v.readonly = true;
}

async function declareFunction(sh: Shell, command: string, name: string, change: Change): Promise<number> {
  const f = sh.functions.get(name);
  if (!f) {
    if (command === "export" || command === "readonly") await sh.error(`${command}: ${name}: not a function`);
    return 1;
  }
  if (change.set.includes("x")) f.exported = true;
  else if (change.clear.includes("x")) f.exported = false;
  else if (change.set.includes("r")) f.readonly = true;
  else if (change.names) await sh.p.out(`${name}\n`);
  else await sh.p.out(`${sh.functionText(f)}\n`);
  return 0;
}

export const declare: Builtin = async (sh, plain) => {
  const words = plain as Words;
  const command = words[0] as string;
  const change: Change = {
    set: "",
    clear: "",
    global: false,
    local: false,
    print: false,
    functions: false,
    names: false,
    inherit: sh.shopt.localvar_inherit,
  };
  let at = 1;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (typeof word !== "string" || !/^[-+]./.test(word)) break;
    if (word === "--") {
      at++;
      break;
    }
    for (const letter of word.slice(1)) {
      if ("aAilnrtux".includes(letter)) {
        if (word.startsWith("-")) change.set += letter;
        else change.clear += letter;
      } else if (letter === "g") change.global = true;
      else if (letter === "p") change.print = true;
      else if (letter === "I") change.inherit = true;
      else if (letter === "f" || letter === "F") {
        change.functions = true;
        if (letter === "F") change.names = true;
      } else {
        await sh.error(`${command}: ${word[0]}${letter}: invalid option`);
        await sh.p.err(
          command === "local"
            ? "local: usage: local [option] name[=value] ...\n"
            : `${command}: usage: ${command} [-aAfFgiIlnrtux] [name[=value] ...] or ${command} -p [-aAfFilnrtux] [name ...]\n`,
        );
        return 2;
      }
    }
  }
  const rest = words.slice(at);
  if (command === "local" && sh.frames.every((f) => f.name === "source")) {
    await sh.error("local: can only be used in a function");
    return 1;
  }
  change.local = (command === "local" || (!change.global && sh.frames.some((f) => f.name !== "source"))) && !change.print;
  if (rest.length > 0) return await declareVariables(sh, command, rest, change);
  if (change.functions) {
    for (const f of [...sh.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
      if (!change.set.includes("r") || f.readonly) await sh.p.out(functionLines(sh, f, change.names));
    return 0;
  }
  const names = command === "local" ? [...(sh.vars.scopes.at(-1)?.keys() ?? [])] : [...sh.vars.all.keys()];
  for (const name of names.sort()) {
    const v = sh.vars.all.get(name);
    if (!v) continue;
    const flags = attributes(v);
    if (change.set !== "" && !Array.from(change.set).every((letter) => flags.includes(letter))) continue;
    if (change.print || change.set !== "" || command === "local") await sh.p.out(`${declaration(sh.vars, name, v)}\n`);
    else if (v.kind !== "scalar" || v.value !== undefined) await sh.p.out(`${variableLine(sh, name, v)}\n`);
  }
  if (!change.print && change.set === "" && command !== "local")
    for (const f of [...sh.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) await sh.p.out(`${sh.functionText(f)}\n`);
  return 0;
};

/** A function in a listing; attributes follow in a line of their own. */
function functionLines(sh: Shell, f: ShellFunction, namesOnly: boolean): string {
  const flags = `${f.readonly ? "r" : ""}${f.exported ? "x" : ""}`;
  const line = `declare -f${flags} ${f.name}\n`;
  return namesOnly ? line : `${sh.functionText(f)}\n${flags === "" ? "" : line}`;
}

/** A line of `set` without arguments. */
function variableLine(sh: Shell, name: string, v: Variable): string {
  if (v.kind === "scalar") return `${name}=${listed(v.value ?? "")}`;
  return declaration(sh.vars, name, v).replace(/^declare -\S+ /, "");
}

const marking =
  (command: "export" | "readonly"): Builtin =>
  async (sh, plain) => {
    const words = plain as Words;
    const letter = command === "export" ? "x" : "r";
    const change: Change = {
      set: letter,
      clear: "",
      global: true,
      local: false,
      print: false,
      functions: false,
      names: false,
      inherit: false,
    };
    let at = 1;
    for (; at < words.length; at++) {
      const word = words[at]!;
      if (typeof word !== "string" || !/^-./.test(word)) break;
      if (word === "--") {
        at++;
        break;
      }
      for (const option of word.slice(1)) {
        if (option === "f") change.functions = true;
        else if (option === "n" && command === "export") {
          change.set = "";
          change.clear = "x";
        } else if (option === "p") change.print = false;
        else if ((option === "a" || option === "A") && command === "readonly") change.set += option;
        else {
          await sh.error(`${command}: -${option}: invalid option`);
          await sh.p.err(
            command === "export"
              ? "export: usage: export [-fn] [name[=value] ...] or export -p\n"
              : "readonly: usage: readonly [-aAf] [name[=value] ...] or readonly -p\n",
          );
          return 2;
        }
      }
    }
    const rest = words.slice(at);
    if (sh.flags.xtrace) {
      for (const d of rest)
        if (typeof d !== "string" && d.value !== undefined)
          await sh.p.err(`${await ps4(sh)}${d.name}=${d.value === "" ? "" : traced(d.value)}\n`);
    }
    if (rest.length > 0) return await declareVariables(sh, command, rest, change);
    if (change.functions) {
      for (const f of [...sh.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
        if (letter === "x" ? f.exported : f.readonly) await sh.p.out(functionLines(sh, f, false));
      return 0;
    }
    const kind = change.set.includes("A") ? "assoc" : change.set.includes("a") ? "array" : undefined;
    for (const name of [...sh.vars.all.keys()].sort()) {
      const v = sh.vars.all.get(name)!;
      if (kind && v.kind !== kind) continue;
      if (letter === "x" ? v.exported : v.readonly) await sh.p.out(`${declaration(sh.vars, name, v)}\n`);
    }
    return 0;
  };
export const exportBuiltin = marking("export");
export const readonly = marking("readonly");

export const unset: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "fvn", "unset [-f] [-v] [-n] [name ...]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  let status = 0;
  for (const word of rest) {
    if (flags.has("f")) {
      if (sh.functions.get(word)?.readonly) {
        await sh.error(`unset: ${word}: cannot unset: readonly function`);
        status = 1;
      } else sh.functions.delete(word);
      continue;
    }
    const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(word);
    const name = element?.[1] ?? word;
    if (!isName(name)) {
      // without -v it may be the name of a function
      if (flags.has("v")) {
        await sh.error(`unset: \`${word}': not a valid identifier`);
        status = 1;
      } else sh.functions.delete(word);
      continue;
    }
    try {
      const target = flags.has("n") ? name : sh.vars.resolve(name);
      if (element) {
        if (element[2] === "@" || element[2] === "*") sh.vars.unset(target);
        else {
          const v = sh.vars.find(name);
          const key = v?.kind === "assoc" ? element[2]!.replaceAll(/^["']|["']$/g, "") : element[2]!;
          sh.vars.unset(target, key);
        }
      } else if (sh.vars.all.has(target) || sh.vars.special.has(target)) sh.vars.unset(target);
      else if (!flags.has("v")) sh.functions.delete(name);
    } catch (error) {
      if (!(error instanceof ReadonlyVariable)) throw error;
      await sh.error(`unset: ${error.variable}: cannot unset: readonly variable`);
      status = 1;
    }
  }
  return status;
};

const byLetter = new Map(
  (Object.keys(setOptions) as SetOption[]).filter((name) => setOptions[name] !== "").map((name) => [setOptions[name] as string, name]),
);

export function setFlag(sh: Shell, name: SetOption, on: boolean): void {
  if (on && fixedOptions.has(name)) throw new NotSimulated(`set -o ${name}`);
  sh.flags[name] = on;
  if (name === "allexport") sh.vars.exportAll = on;
  if (name === "posix" && on) sh.vars.set("POSIXLY_CORRECT", "y");
  else if (name === "posix") sh.vars.unset("POSIXLY_CORRECT");
  if (name === "emacs" && on) sh.flags.vi = false;
  if (name === "vi" && on) sh.flags.emacs = false;
}

export const set: Builtin = async (sh, words) => {
  if (words.length === 1) {
    for (const name of [...sh.vars.all.keys()].sort()) {
      const v = sh.vars.all.get(name)!;
      if (v.kind !== "scalar" || v.value !== undefined) await sh.p.out(`${variableLine(sh, name, v)}\n`);
    }
    if (!sh.flags.posix)
      for (const f of [...sh.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) await sh.p.out(`${sh.functionText(f)}\n`);
    return 0;
  }
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") {
      sh.positional = words.slice(at + 1);
      return 0;
    }
    if (word === "-") {
      setFlag(sh, "xtrace", false);
      setFlag(sh, "verbose", false);
      if (at + 1 < words.length) sh.positional = words.slice(at + 1);
      return 0;
    }
    if (!/^[-+]./.test(word)) {
      sh.positional = words.slice(at);
      return 0;
    }
    const on = word.startsWith("-");
    for (const letter of word.slice(1)) {
      if (letter === "o") {
        const name = words[at + 1];
        if (name === undefined || /^[-+]/.test(name)) {
          await listOptions(sh, on);
          continue;
        }
        at++;
        if (!(name in setOptions)) {
          await sh.error(`set: ${name}: invalid option name`);
          return 2;
        }
        setFlag(sh, name as SetOption, on);
        continue;
      }
      const name = byLetter.get(letter);
      if (name === undefined) {
        await sh.error(`set: ${word[0]}${letter}: invalid option`);
        await sh.p.err("set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n");
        return 2;
      }
      setFlag(sh, name, on);
    }
  }
  return 0;
};

async function listOptions(sh: Shell, table: boolean): Promise<void> {
  for (const name of Object.keys(setOptions) as (keyof Flags)[])
    await sh.p.out(table ? `${name.padEnd(15)}\t${sh.flags[name] ? "on" : "off"}\n` : `set ${sh.flags[name] ? "-" : "+"}o ${name}\n`);
}

export function setShopt(sh: Shell, name: keyof Shopt, on: boolean): void {
  if (on !== sh.shopt[name] && !changeableShopt.has(name)) throw new NotSimulated(`shopt -${on ? "s" : "u"} ${name}`);
  sh.shopt[name] = on;
}

export const shopt: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "psuqo", "shopt [-pqsu] [-o] [optname ...]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  const table = (flags.has("o") ? sh.flags : sh.shopt) as Record<string, boolean>;
  const on = flags.has("s");
  if (rest.length === 0) {
    for (const name of Object.keys(table)) {
      if ((on && !table[name]) || (flags.has("u") && table[name])) continue;
      if (!flags.has("q")) await sh.p.out(shown(name, table[name]!, flags));
    }
    return 0;
  }
  let status = 0;
  for (const name of rest) {
    if (!(name in table)) {
      await sh.error(`shopt: ${name}: invalid ${flags.has("o") ? "option" : "shell option"} name`);
      status = 1;
      continue;
    }
    if (on || flags.has("u")) {
      if (flags.has("o")) setFlag(sh, name as SetOption, on);
      else setShopt(sh, name as keyof Shopt, on);
      continue;
    }
    if (!table[name]) status = 1;
    if (!flags.has("q")) await sh.p.out(shown(name, table[name]!, flags));
  }
  return status;
};

const shown = (name: string, on: boolean, flags: Set<string>): string =>
  flags.has("p")
    ? flags.has("o")
      ? `set ${on ? "-" : "+"}o ${name}\n`
      : `shopt ${on ? "-s" : "-u"} ${name}\n`
    : `${name.padEnd(15)}\t${on ? "on" : "off"}\n`;

export const getopts: Builtin = async (sh, words) => {
  const [, spec, name, ...given] = words;
  if (spec === undefined || name === undefined) {
    await sh.p.err("getopts: usage: getopts optstring name [arg ...]\n");
    return 2;
  }
  const args = given.length > 0 ? given : sh.positional;
  const index = Number(sh.vars.get("OPTIND") ?? "1") || 1;
  if (index !== sh.optind) sh.optpos = 0;
  sh.optind = index;
  const silent = spec.startsWith(":") || sh.vars.get("OPTERR") === "0";
  const colon = spec.startsWith(":");
  const finish = async (value: string, status: number): Promise<number> => {
    sh.vars.set("OPTIND", String(sh.optind));
    if (!isName(name)) {
      await sh.error(`getopts: \`${name}': not a valid identifier`);
      return 1;
    }
    if (sh.vars.find(name)?.readonly) {
      await sh.error(`${name}: readonly variable`);
      return status === 0 ? 2 : status;
    }
    sh.vars.set(name, value);
    return status;
  };
  const word = args[sh.optind - 1];
  if (sh.optpos === 0) {
    if (word === undefined || !word.startsWith("-") || word === "-") {
      sh.vars.unset("OPTARG");
      return finish("?", 1);
    }
    if (word === "--") {
      sh.optind++;
      sh.vars.unset("OPTARG");
      return finish("?", 1);
    }
    sh.optpos = 1;
  }
  const letter = word![sh.optpos++]!;
  const end = sh.optpos >= word!.length;
  const place = letter === ":" ? -1 : spec.indexOf(letter, colon ? 1 : 0);
  if (place < 0) {
    if (end) {
      sh.optind++;
      sh.optpos = 0;
    }
    if (colon) sh.vars.set("OPTARG", letter);
    else {
      sh.vars.unset("OPTARG");
      if (!silent) await sh.p.err(`${sh.name0}: illegal option -- ${letter}\n`);
    }
    return finish("?", 0);
  }
  if (spec[place + 1] === ":") {
    if (!end) sh.vars.set("OPTARG", word!.slice(sh.optpos));
    else {
      sh.optind++;
      const value = args[sh.optind - 1];
      if (value === undefined) {
        sh.optpos = 0;
        if (colon) {
          sh.vars.set("OPTARG", letter);
          return finish(":", 0);
        }
        sh.vars.unset("OPTARG");
        if (!silent) await sh.p.err(`${sh.name0}: option requires an argument -- ${letter}\n`);
        return finish("?", 0);
      }
      sh.vars.set("OPTARG", value);
    }
    sh.optind++;
    sh.optpos = 0;
    return finish(letter, 0);
  }
  sh.vars.unset("OPTARG");
  if (end) {
    sh.optind++;
    sh.optpos = 0;
  }
  return finish(letter, 0);
};
