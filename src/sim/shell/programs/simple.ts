/** true, false, echo, printf, test and [ as programs (coreutils 9.4). */
import type { CommandProgram } from "../../kernel/program.ts";
import { format } from "../printf.ts";
import { unescape } from "../quote.ts";
import { strftime } from "../strftime.ts";
import { evaluateTest, TestError } from "../test.ts";
import { quoteName } from "./run.ts";

export const trueProgram: CommandProgram = { name: "true", main: () => 0 };
export const falseProgram: CommandProgram = { name: "false", main: () => 1 };

export const echo: CommandProgram = {
  name: "echo",
  async main(p) {
    let newline = true;
    let escapes = false;
    let at = 0;
    const { args } = p;
    for (; at < args.length && /^-[neE]+$/.test(args[at]!); at++)
      for (const letter of args[at]!.slice(1)) {
        if (letter === "n") newline = false;
        else escapes = letter === "e";
      }
    let text = args.slice(at).join(" ");
    if (escapes) {
      const done = unescape(text, "echo");
      ({ text } = done);
      if (done.stop) newline = false;
    }
    await p.out(newline ? `${text}\n` : text);
    return 0;
  },
};

export const printf: CommandProgram = {
  name: "printf",
  async main(p) {
    const args = p.args[0] === "--" ? p.args.slice(1) : p.args;
    const [template, ...values] = args;
    if (template === undefined) {
      await p.err("printf: missing operand\nTry 'printf --help' for more information.\n");
      return 1;
    }
    const { text, errors, status } = format(template, values, p.now, strftime);
    await p.out(text);
    for (const error of errors) await p.err(`printf: ${coreutilsMessage(error)}\n`);
    return errors.length > 0 ? 1 : status;
  },
};

/** A message of the builtin printf in the words of the program. */
const coreutilsMessage = (error: string): string =>
  error
    .replace(/^(.*): invalid number$/s, (_all, value: string) => `${quoteName(value)}: expected a numeric value`)
    .replace(/^warning: (.*)(?=: Numerical result)/s, (_all, value: string) => quoteName(value));

const test = (name: "test" | "["): CommandProgram => ({
  name,
  async main(p) {
    const args = [...p.args];
    if (name === "[" && args.pop() !== "]") {
      await p.err("[: missing ‘]’\n");
      return 2;
    }
    try {
      return evaluateTest(p, args) ? 0 : 1;
    } catch (error) {
      if (!(error instanceof TestError)) throw error;
      const message = error.message
        .replace(/^(.*): integer expression expected$/, (_all, value: string) => `invalid integer ${quoteName(value)}`)
        .replace(
          /^(.*): (unary|binary) operator expected$/,
          (_all, value: string, kind: string) => `${quoteName(value)}: ${kind} operator expected`,
        );
      await p.err(`${name}: ${message}\n`);
      return 2;
    }
  },
});
export const testProgram = test("test");
export const bracket = test("[");
