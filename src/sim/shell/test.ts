/** test(1) and [: shared by the builtin and the programs. */
import type { Proc } from "../kernel/proc.ts";

export class TestError extends Error {}

const fileTests = "abcdefghknoprstuwxGLNOS";
export const isFileTest = (operator: string): boolean =>
  /^-[a-zA-Z]$/.test(operator) && fileTests.includes(operator[1]!) && operator !== "-n" && operator !== "-o" && operator !== "-t";

export function fileTest(p: Proc, operator: string, path: string): boolean {
  const { fs } = p;
  if (path === "") return false;
  const link = operator === "-h" || operator === "-L";
  const fd = /^\/dev\/(?:fd\/(\d+)|stdin|stdout|stderr)$/.exec(path);
  if (fd) {
    const number = fd[1] === undefined ? ["stdin", "stdout", "stderr"].indexOf(path.slice(5)) : Number(fd[1]);
    const file = p.fds.get(number);
    if (!file) return false;
    if (operator === "-p") return file.kind === "pipe";
    if (operator === "-c") return file.kind === "tty" || file.kind === "device";
    if (operator === "-e" || operator === "-a" || operator === "-r" || operator === "-w") return true;
    if (operator === "-f") return file.kind === "file";
    return false;
  }
  const s = fs.tryStat(path, !link);
  if (!s) return false;
  switch (operator) {
    case "-a":
    case "-e":
      return true;
    case "-f":
      return s.type === "file";
    case "-d":
      return s.type === "dir";
    case "-h":
    case "-L":
      return s.type === "symlink";
    case "-p":
      return s.type === "fifo";
    case "-S":
      return s.type === "socket";
    case "-b":
      return s.type === "block";
    case "-c":
      return s.type === "char";
    case "-s":
      return s.size > 0;
    case "-r":
      return fs.access(path, 4);
    case "-w":
      return fs.access(path, 2);
    case "-x":
      return fs.access(path, 1);
    case "-u":
      return (s.mode & 0o4000) !== 0;
    case "-g":
      return (s.mode & 0o2000) !== 0;
    case "-k":
      return (s.mode & 0o1000) !== 0;
    case "-O":
      return s.uid === p.uid;
    case "-G":
      return s.gid === p.state.gid;
    case "-N":
      return true;
    default:
      return false;
  }
}

export function compareFiles(p: Proc, operator: string, left: string, right: string): boolean {
  const a = p.fs.tryStat(left);
  const b = p.fs.tryStat(right);
  if (operator === "-ef") return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
  if (operator === "-nt") return a !== undefined && (b === undefined || a.mtime > b.mtime);
  return b !== undefined && (a === undefined || a.mtime < b.mtime);
}

export function integerTest(operator: string, a: bigint, b: bigint): boolean {
  switch (operator) {
    case "-eq":
      return a === b;
    case "-ne":
      return a !== b;
    case "-lt":
      return a < b;
    case "-le":
      return a <= b;
    case "-gt":
      return a > b;
    default:
      return a >= b;
  }
}

const binaryOperators = new Set(["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]);

export interface TestHooks {
  isSet(name: string): boolean;
  option(name: string): boolean;
  isReference(name: string): boolean;
}

const noHooks: TestHooks = { isSet: () => false, option: () => false, isReference: () => false };

/** Evaluates the arguments (without the closing bracket). Throws TestError with the message after the command's name. */
export function evaluateTest(p: Proc, args: string[], hooks: TestHooks = noHooks): boolean {
  const number = (text: string): bigint => {
    const trimmed = text.trim();
    if (!/^[+-]?\d+$/.test(trimmed)) throw new TestError(`${text}: integer expression expected`);
    return BigInt(trimmed.replace(/^\+/, ""));
  };
  const isUnary = (op: string): boolean => ["-z", "-n", "-t", "-v", "-o", "-R"].includes(op) || isFileTest(op);
  const unary = (op: string, text: string): boolean => {
    switch (op) {
      case "-z":
        return text === "";
      case "-n":
        return text !== "";
      case "-t":
        if (!/^\d+$/.test(text)) throw new TestError(`${text}: integer expression expected`);
        return p.fds.get(Number(text))?.isTerminal ?? false;
      case "-v":
        return hooks.isSet(text);
      case "-R":
        return hooks.isReference(text);
      case "-o":
        return hooks.option(text);
      default:
        return fileTest(p, op, text);
    }
  };
  const binary = (a: string, op: string, b: string): boolean => {
    switch (op) {
      case "=":
      case "==":
        return a === b;
      case "!=":
        return a !== b;
      case "<":
        return a < b;
      case ">":
        return a > b;
      case "-nt":
      case "-ot":
      case "-ef":
        return compareFiles(p, op, a, b);
      default:
        return integerTest(op, number(a), number(b));
    }
  };

  /** The general grammar, for more than four arguments. */
  const general = (list: string[]): boolean => {
    let at = 0;
    const or = (): boolean => {
      let value = and();
      while (list[at] === "-o") {
        at++;
        const right = and();
        value = value || right;
      }
      return value;
    };
    const and = (): boolean => {
      let value = not();
      while (list[at] === "-a") {
        at++;
        const right = not();
        value = value && right;
      }
      return value;
    };
    const not = (): boolean => {
      if (list[at] === "!") {
        at++;
        return !not();
      }
      return primary();
    };
    const primary = (): boolean => {
      const word = list[at];
      if (word === undefined) throw new TestError("argument expected");
      if (word === "(") {
        at++;
        const value = or();
        if (list[at] !== ")") throw new TestError("`)' expected");
        at++;
        return value;
      }
      const op = list[at + 1];
      if (op !== undefined && binaryOperators.has(op) && list[at + 2] !== undefined) {
        at += 3;
        return binary(word, op, list[at - 1]!);
      }
      if (isUnary(word) && list[at + 1] !== undefined) {
        at += 2;
        return unary(word, list[at - 1]!);
      }
      at++;
      return word !== "";
    };
    const value = or();
    if (at < list.length) throw new TestError("too many arguments");
    return value;
  };

  const short = (list: string[]): boolean => {
    switch (list.length) {
      case 0:
        return false;
      case 1:
        return list[0] !== "";
      case 2:
        if (list[0] === "!") return list[1] === "";
        if (isUnary(list[0]!)) return unary(list[0]!, list[1]!);
        throw new TestError(`${list[0]}: unary operator expected`);
      case 3:
        if (binaryOperators.has(list[1]!)) return binary(list[0]!, list[1]!, list[2]!);
        if (list[1] === "-a") return list[0] !== "" && list[2] !== "";
        if (list[1] === "-o") return list[0] !== "" || list[2] !== "";
        if (list[0] === "!") return !short(list.slice(1));
        if (list[0] === "(" && list[2] === ")") return list[1] !== "";
        throw new TestError(`${list[1]}: binary operator expected`);
      case 4:
        if (list[0] === "!") return !short(list.slice(1));
        if (list[0] === "(" && list[3] === ")") return short(list.slice(1, 3));
        return general(list);
      default:
        return general(list);
    }
  };
  return short(args);
}
