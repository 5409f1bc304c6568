/** ${…}: parameter expansion. */
import { attributes, declaration } from "./declaration.ts";
import type { ParameterExpansionPart, ParameterOperation, Word } from "unbash";
import { ExpansionError, expandPattern, expandSegments, expandString, expandText, type Pieces } from "./expand.ts";
import { matches, removed, replaced } from "./pattern.ts";
import { promptText } from "./prompt.ts";
import { ansiC, double, quoted as singleQuoted, unescape } from "./quote.ts";
import type { Shell } from "./shell.ts";
import { compile, wordOf } from "./syntax.ts";

interface Values {
  /** undefined: unset. */
  list: string[] | undefined;
  /** Stands for all elements: "@" or "*". */
  all: "@" | "*" | undefined;
  name: string;
  index: string | undefined;
}

const special = /^[@*#?\-$!0-9]/;

/** The subscript as it is used: a key of an associative array, or an arithmetic expression. */
export async function subscript(sh: Shell, name: string, index: Word): Promise<string> {
  if (sh.vars.find(name)?.kind === "assoc") return await expandString(sh, index);
  return await expandText(sh, index.text);
}

async function valuesOf(sh: Shell, name: string, index: Word | undefined): Promise<Values> {
  if (name === "@" || name === "*") return { list: sh.positional, all: name, name, index: undefined };
  if (index && (index.text === "@" || index.text === "*")) {
    const list = sh.vars.values(name);
    return { list: list.length > 0 ? list : undefined, all: index.text, name, index: undefined };
  }
  if (special.test(name)) {
    const value = sh.specialParameter(name);
    return { list: value === undefined ? undefined : [value], all: undefined, name, index: undefined };
  }
  if (index) {
    const key = await subscript(sh, name, index);
    if (key.trim() === "" && sh.vars.find(name)?.kind !== "assoc") throw new ExpansionError(`${name}[${index.text}]: bad array subscript`);
    const value = sh.vars.element(name, key);
    return { list: value === undefined ? undefined : [value], all: undefined, name, index: key };
  }
  const target = sh.vars.resolve(name);
  const reference = target === name ? null : /^(\w+)\[([@*])\]$/.exec(target);
  if (reference) return { list: sh.vars.values(reference[1]!), all: reference[2] as "@" | "*", name, index: undefined };
  const value = sh.vars.get(name);
  return { list: value === undefined ? undefined : [value], all: undefined, name, index: undefined };
}

/** ${x~} and ${x~~}, which the parser does not know. */
function toggling(operation: ParameterOperation | undefined): ParameterOperation | undefined {
  const match = operation?.type === "Unknown" ? /^(~~?)([\s\S]*)$/.exec(operation.operator) : null;
  if (!match) return undefined;
  const operand = match[2] === "" ? undefined : wordOf(match[2]!);
  return { ...operation, type: "CaseModification", operator: match[1], operand } as unknown as ParameterOperation;
}

/** With elements, or assigned as an array: what ${#a[@]} needs under `set -u`. */
function isArray(sh: Shell, name: string): boolean {
  const v = sh.vars.find(name);
  return sh.vars.special.has(name) || (v !== undefined && v.kind !== "scalar" && !v.bare);
}

function emit(sh: Shell, values: string[], all: "@" | "*" | undefined, quoted: boolean, out: Pieces): void {
  if (!all) {
    out.push({ text: values[0] ?? "", quoted, split: !quoted });
    return;
  }
  sh.emitAll(values, all, quoted, out);
}

export async function expandParameter(sh: Shell, part: ParameterExpansionPart, quoted: boolean, out: Pieces): Promise<void> {
  const { prefix } = part;
  const operation = toggling(part.operation) ?? part.operation;
  let { parameter } = part;
  let index = part.index;

  if (parameter === "" || operation?.type === "Unknown") throw new ExpansionError(`${part.text}: bad substitution`);

  if (prefix === "#") {
    const values = await valuesOf(sh, parameter, index);
    if (values.all && index && !isArray(sh, values.name)) sh.unbound(values.name);
    if (values.all) return void out.push({ text: String((values.list ?? []).length), quoted, split: !quoted });
    if (values.list === undefined && !index) sh.unbound(values.name);
    return void out.push({ text: String(Array.from(values.list?.[0] ?? "").length), quoted, split: !quoted });
  }

  if (prefix === "!") {
    if (operation?.type === "Names") return emit(sh, sh.variableNames(parameter), operation.operator, quoted, out);
    if (index && (index.text === "@" || index.text === "*") && !operation)
      return emit(sh, sh.vars.keys(parameter), index.text, quoted, out);
    const v = sh.vars.all.get(parameter);
    if (v?.nameref && !index) {
      if (!operation) return void out.push({ text: v.value ?? "", quoted, split: !quoted });
    }
    // indirection: the value names the parameter
    const pointer = (await valuesOf(sh, parameter, index)).list?.[0];
    if (pointer === undefined || pointer === "") {
      if (operation?.type === "Default")
        return await withDefault(sh, operation, { list: undefined, all: undefined, name: parameter, index: undefined }, quoted, out);
      throw new ExpansionError(`${parameter}: invalid indirect expansion`);
    }
    const target = /^([A-Za-z_]\w*)(?:\[(.*)\])?$|^([@*#?\-$!0-9]+)$/s.exec(pointer);
    if (!target) throw new ExpansionError(`${pointer}: invalid variable name`);
    parameter = target[1] ?? target[3]!;
    index = target[2] === undefined ? undefined : ({ type: "Word", text: target[2], value: target[2], pos: 0, end: 0 } as Word);
  }

  const values = await valuesOf(sh, parameter, index);
  if (operation?.type === "Default") return await withDefault(sh, operation, values, quoted, out);
  if (values.list === undefined && !(operation?.type === "Transform" && values.all)) {
    if (!values.all) sh.unbound(values.name, index?.text);
  }
  if (!operation) return emit(sh, values.list ?? [], values.all, quoted, out);
  if (operation.type === "Slice") return await slice(sh, part, operation, values, quoted, out);
  if (operation.type === "Transform") return await transform(sh, await expandString(sh, operation.operand), values, quoted, out);
  if (values.list === undefined) {
    if (values.all) return;
    return emit(sh, [""], undefined, quoted, out);
  }
  const change = await elementwise(sh, operation);
  emit(sh, values.list.map(change), values.all, quoted, out);
}

async function withDefault(
  sh: Shell,
  operation: Extract<ParameterOperation, { type: "Default" }>,
  values: Values,
  quoted: boolean,
  out: Pieces,
): Promise<void> {
  const { operator, operand } = operation;
  const colon = operator.startsWith(":");
  const { list } = values;
  const missing =
    list === undefined || (values.all ? list.length === 0 || (colon && list.length === 1 && list[0] === "") : colon && list[0] === "");
  const kind = operator.at(-1);
  if (kind === "+") {
    if (!missing) await expandSegments(sh, compile(operand, quoted ? "dquote" : "operand").segments, out);
    else if (quoted && (values.all !== "@" || (list?.length ?? 0) > 0)) out.push({ text: "", quoted, split: false });
    return;
  }
  if (!missing) return emit(sh, list, values.all, quoted, out);
  switch (kind) {
    case "-":
      if (quoted) out.push({ text: "", quoted, split: false });
      return await expandSegments(sh, compile(operand, quoted ? "dquote" : "operand").segments, out);
    case "=": {
      if (values.all || special.test(values.name)) throw new ExpansionError(`$${values.name}: cannot assign in this way`);
      const value = await expandString(sh, operand, quoted ? "dquote" : "assign");
      sh.vars.set(values.name, value, values.index);
      return void out.push({ text: sh.vars.get(values.name) ?? value, quoted, split: !quoted });
    }
    default: {
      const message = await expandString(sh, operand, quoted ? "dquote" : "word");
      throw new ExpansionError(
        `${values.name}: ${message === "" ? (colon ? "parameter null or not set" : "parameter not set") : message}`,
        127,
      );
    }
  }
}

async function slice(
  sh: Shell,
  part: ParameterExpansionPart,
  operation: Extract<ParameterOperation, { type: "Slice" }>,
  values: Values,
  quoted: boolean,
  out: Pieces,
): Promise<void> {
  const offset = Number(sh.arithmetic(await expandText(sh, operation.offset.text)));
  const length = operation.length ? Number(sh.arithmetic(await expandText(sh, operation.length.text))) : undefined;
  if (values.all) {
    let list = values.list ?? [];
    // ${@:0} begins with $0
    if (values.name === "@" || values.name === "*") list = [sh.name0, ...list];
    const from = firstElement(sh, values, list, offset);
    if (length !== undefined && length < 0) throw new ExpansionError(`${operation.length!.text}: substring expression < 0`);
    const taken = from < 0 ? [] : list.slice(from, length === undefined ? undefined : from + length);
    return emit(sh, taken, values.all, quoted, out);
  }
  const chars = Array.from(values.list?.[0] ?? "");
  const from = offset < 0 ? chars.length + offset : offset;
  if (from < 0 || from > chars.length) return emit(sh, [""], undefined, quoted, out);
  const to = length === undefined ? chars.length : length < 0 ? chars.length + length : from + length;
  if (to < from) throw new ExpansionError(`${operation.length!.text}: substring expression < 0`);
  void part;
  emit(sh, [chars.slice(from, to).join("")], undefined, quoted, out);
}

/** Where ${a[@]:offset} begins: offsets of an array are subscripts, those of an associative one count from 1. */
function firstElement(sh: Shell, values: Values, list: string[], offset: number): number {
  const kind = sh.vars.find(values.name)?.kind;
  if (kind === "assoc") return offset > 0 ? offset - 1 : offset;
  if (kind !== "array") return offset < 0 ? list.length + offset : offset;
  const keys = sh.vars.keys(values.name).map(Number);
  const from = offset < 0 ? (keys.at(-1) ?? -1) + 1 + offset : offset;
  if (from < 0) return -1;
  const at = keys.findIndex((key) => key >= from);
  return at < 0 ? list.length : at;
}

const caseChanges: Record<string, (c: string) => string> = {
  "^": (c) => c.toUpperCase(),
  ",": (c) => c.toLowerCase(),
  "~": (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()),
};

async function elementwise(
  sh: Shell,
  operation: Exclude<ParameterOperation, { type: "Default" | "Slice" | "Transform" | "Names" | "Unknown" }> | ParameterOperation,
): Promise<(text: string) => string> {
  const options = { extglob: sh.shopt.extglob, nocase: sh.shopt.nocasematch };
  switch (operation.type) {
    case "Remove": {
      const pattern = await expandPattern(sh, operation.operand);
      return (text) => removed(text, pattern, operation.operator, options);
    }
    case "Replace": {
      const pattern = await expandPattern(sh, operation.pattern);
      const { segments } = compile(operation.replacement, "assign");
      const pieces: Pieces = [];
      await expandSegments(sh, segments, pieces);
      // an unquoted & stands for what matched (patsub_replacement, on by default in 5.2)
      const ampersand = sh.shopt.patsub_replacement;
      return (text) =>
        replaced(
          text,
          pattern,
          operation.operator,
          (match) =>
            pieces
              .map((piece) =>
                piece === null
                  ? " "
                  : piece.quoted || !ampersand
                    ? piece.text
                    : piece.text.replaceAll(/\\(&)|&/g, (_all, plain: string | undefined) => plain ?? match),
              )
              .join(""),
          options,
        );
    }
    case "CaseModification": {
      const pattern = operation.operand ? await expandPattern(sh, operation.operand) : "";
      const whole = operation.operator.length === 2;
      const change = caseChanges[operation.operator[0]!]!;
      const applies = (c: string): boolean => pattern === "" || matches(c, pattern, options);
      return (text) =>
        Array.from(text)
          .map((c, i) => ((whole || i === 0) && applies(c) ? change(c) : c))
          .join("");
    }
    default:
      throw new ExpansionError("bad substitution");
  }
}

async function transform(sh: Shell, operator: string, values: Values, quoted: boolean, out: Pieces): Promise<void> {
  const v = sh.vars.find(values.name);
  const list = values.list;
  const each = (change: (text: string) => string): void => {
    if (list === undefined && !values.all) return emit(sh, [""], undefined, quoted, out);
    emit(sh, (list ?? []).map(change), values.all, quoted, out);
  };
  switch (operator) {
    case "Q":
      if (list === undefined) return emit(sh, [""], values.all, quoted, out);
      return each(singleQuoted);
    case "U":
      return each((text) => text.toUpperCase());
    case "u":
      return each((text) => text.slice(0, 1).toUpperCase() + text.slice(1));
    case "L":
      return each((text) => text.toLowerCase());
    case "E":
      return each((text) => unescape(text, "ansi-c").text);
    case "a":
      return emit(sh, values.all ? (list ?? []).map(() => attributes(v)) : [attributes(v)], values.all, quoted, out);
    case "P": {
      const done: string[] = [];
      for (const text of list ?? []) done.push(await promptText(sh, text));
      return emit(sh, done, values.all, quoted, out);
    }
    case "A": {
      const flags = attributes(v);
      if (values.all && v && v.kind !== "scalar") return emit(sh, [declaration(sh.vars, values.name, v)], undefined, quoted, out);
      const text = `${values.name}=${singleQuoted(list?.[0] ?? "")}`;
      return emit(sh, [flags === "" ? text : `declare -${flags} ${text}`], undefined, quoted, out);
    }
    case "K":
    case "k": {
      const keys = sh.vars.keys(values.name);
      if (operator === "k")
        return emit(
          sh,
          keys.flatMap((key, i) => [key, list?.[i] ?? ""]),
          values.all,
          quoted,
          out,
        );
      if (!values.all) return each(singleQuoted);
      return emit(
        sh,
        [keys.map((key, i) => `${key} ${/\n/.test(list![i]!) ? ansiC(list![i]!) : double(list![i]!)}`).join(" ")],
        undefined,
        quoted,
        out,
      );
    }
    default:
      throw new ExpansionError(`\${${values.name}@${operator}}: bad substitution`);
  }
}
