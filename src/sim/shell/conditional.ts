/** [[ … ]] */
import type { TestExpression, Word } from "unbash";
import { ps4 } from "./execute.ts";
import { expandPieces, patternOf, expandString, ExpansionError } from "./expand.ts";
import { extendedRegex, matches } from "./pattern.ts";
import type { Shell } from "./shell.ts";
import { compareFiles, fileTest, integerTest, isFileTest, TestError } from "./test.ts";

/** Status: 0 true, 1 false, 2 error. */
export async function conditional(sh: Shell, expression: TestExpression): Promise<number> {
  try {
    return (await holds(sh, expression)) ? 0 : 1;
  } catch (error) {
    if (error instanceof TestError) {
      await sh.error(`[[: ${error.message}`);
      return 2;
    }
    if (error instanceof BadRegex) return 2;
    throw error;
  }
}

class BadRegex extends Error {}

async function holds(sh: Shell, e: TestExpression, inverted = false): Promise<boolean> {
  switch (e.type) {
    case "TestGroup":
      return await holds(sh, e.expression);
    case "TestNot": {
      const value = await holds(sh, e.operand, e.negations.length % 2 === 1);
      return e.negations.length % 2 === 1 ? !value : value;
    }
    case "TestLogical": {
      for (const operand of e.operands) {
        const value = await holds(sh, operand);
        if (value !== (e.operator === "&&")) return value;
      }
      return e.operator === "&&";
    }
    case "TestUnary": {
      const text = await expandString(sh, e.operand);
      await trace(sh, inverted, [e.operator, text]);
      return unary(sh, e.operator, text);
    }
    case "TestBinary":
      return await binary(sh, e.operator, e.left, e.right, inverted);
  }
}

function unary(sh: Shell, operator: string, text: string): boolean {
  switch (operator) {
    case "-z":
      return text === "";
    case "-n":
      return text !== "";
    case "-v":
      return isVariableSet(sh, text);
    case "-R":
      return sh.vars.all.get(text)?.nameref ?? false;
    case "-o":
      return (sh.flags as Record<string, boolean>)[text] ?? false;
    case "-t":
      return sh.p.fds.get(Number(text))?.isTerminal ?? false;
    default:
      if (isFileTest(operator)) return fileTest(sh.p, operator, text);
      throw new TestError(`${operator}: unary operator expected`);
  }
}

/** test -v: a name, or an element. */
export function isVariableSet(sh: Shell, text: string): boolean {
  const element = /^(\w+)\[(.*)\]$/s.exec(text);
  if (!element) return /^\d+$/.test(text) ? sh.specialParameter(text) !== undefined : sh.vars.isSet(text);
  if (element[2] === "@" || element[2] === "*") return sh.vars.values(element[1]!).length > 0;
  return sh.vars.element(element[1]!, element[2]!) !== undefined;
}

async function binary(sh: Shell, operator: string, left: Word, right: Word, inverted: boolean): Promise<boolean> {
  const a = await expandString(sh, left);
  switch (operator) {
    case "=":
    case "==":
    case "!=": {
      const pieces = await expandPieces(sh, right);
      const shown = pieces.map((piece) => (piece?.quoted ? piece.text.replaceAll(/[\s\S]/gu, "\\$&") : (piece?.text ?? " ")));
      await trace(sh, inverted, [a, operator, shown.join("")]);
      const pattern = patternOf(pieces);
      return matches(a, pattern, { extglob: true, nocase: sh.shopt.nocasematch }) === (operator !== "!=");
    }
    case "=~":
      return await regexMatch(sh, a, right, inverted);
    default:
      return await compared(sh, operator, a, right, inverted);
  }
}

async function compared(sh: Shell, operator: string, a: string, right: Word, inverted: boolean): Promise<boolean> {
  const b = await expandString(sh, right);
  await trace(sh, inverted, [a, operator, b]);
  switch (operator) {
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "-eq":
    case "-ne":
    case "-lt":
    case "-le":
    case "-gt":
    case "-ge": {
      try {
        return integerTest(operator, sh.arithmetic(a), sh.arithmetic(b));
      } catch (error) {
        if (!(error instanceof ExpansionError) || error.status === 127) throw error;
        // arithcomp: what is no number makes the comparison false, not the command an error
        await sh.error(`[[: ${error.message}`);
        return false;
      }
    }
    case "-nt":
    case "-ot":
    case "-ef":
      return compareFiles(sh.p, operator, a, b);
    default:
      throw new TestError(`${operator}: binary operator expected`);
  }
}

async function regexMatch(sh: Shell, text: string, word: Word, inverted: boolean): Promise<boolean> {
  const source = (await expandPieces(sh, word))
    .map((piece) => (piece === null ? " " : piece.quoted ? piece.text.replaceAll(/[^\w\s]/g, "\\$&") : piece.text))
    .join("");
  await trace(sh, inverted, [text, "=~", source]);
  let regex: RegExp;
  try {
    regex = extendedRegex(source, sh.shopt.nocasematch);
  } catch {
    throw new BadRegex();
  }
  const match = regex.exec(text);
  const v = sh.vars.declare("BASH_REMATCH");
  sh.vars.makeArray(v, "array");
  delete v.bare;
  v.array = new Map((match ? [...match] : []).map((group, i) => [i, group ?? ""]));
  return match !== null;
}

/** A test as set -x shows it, when it is made: with its words expanded and not quoted (xtrace_print_cond_term). */
async function trace(sh: Shell, inverted: boolean, words: string[]): Promise<void> {
  if (!sh.flags.xtrace) return;
  await sh.p.err(`${await ps4(sh)}[[ ${inverted ? "! " : ""}${words.map((word) => (word === "" ? "''" : word)).join(" ")} ]]\n`);
}
