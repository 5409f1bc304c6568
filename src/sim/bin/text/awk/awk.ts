import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { Ended } from "../../../kernel/proc.ts";
import { readInput, toBytes } from "../command.ts";
import { BadRegex } from "../regex.ts";
import { AwkSyntax } from "./lex.ts";
import { parse } from "./parse.ts";
import { Awk } from "./run.ts";
import { AwkError } from "./values.ts";

/** mawk 1.3.4, the AWK of Ubuntu. */
export const awk: CommandProgram = { name: "mawk", main };

async function main(p: Proc): Promise<number> {
  const fail = async (text: string): Promise<number> => {
    await p.err(`${p.name}: ${text}\n`);
    return 2;
  };
  const sources: string[] = [];
  const assignments: [string, string][] = [];
  const args = [...p.args];
  while (args.length > 0) {
    const arg = args[0]!;
    if (arg === "--") {
      args.shift();
      break;
    }
    if (arg === "-" || !arg.startsWith("-")) break;
    args.shift();
    const letter = arg[1]!;
    if (!/[fFvW]/.test(letter)) {
      if (/^--(version|help)$/.test(arg)) return arg === "--version" ? version(p) : usage(p);
      return fail(`not an option: ${arg}`);
    }
    const value = arg.length > 2 ? arg.slice(2) : args.shift();
    if (value === undefined) return fail(`option ${arg} lacks argument`);
    if (letter === "F") assignments.push(["FS", value === "t" ? "t" : value]);
    else if (letter === "v") {
      const m = /^([A-Za-z_]\w*)=(.*)$/s.exec(value);
      if (!m) return fail(`improper assignment: -v ${value}`);
      assignments.push([m[1]!, m[2]!]);
    } else if (letter === "f") {
      try {
        sources.push((await readInput(p, value)).toString("latin1"));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        return fail(
          `couldn't open program file ${value}: ${error.text}`.replace(/^couldn't open program file (.*): (.*)$/, "cannot open $1 ($2)"),
        );
      }
    } else if (/^v(ersion)?$/.test(value)) return version(p);
    else if (/^(interactive|posix_space|random=|sprintf=)/.test(value)) continue;
    else if (/^(help|usage)/.test(value)) return usage(p);
    else p.notSimulated(`mawk -W ${value}`);
  }
  if (sources.length === 0) {
    const source = args.shift();
    if (source === undefined) {
      await usage(p, 2);
      return 2;
    }
    sources.push(toBytes(source));
  }
  let runner: Awk | undefined;
  try {
    runner = new Awk(p, parse(sources.join("\n")), assignments, args);
    return await runner.run();
  } catch (error) {
    if (error instanceof Ended) throw error;
    if (error instanceof Errno && error.code === "EPIPE") return 2;
    if (error instanceof AwkSyntax) return fail(error.message);
    if (error instanceof BadRegex) return fail(`regular expression compile failed (${error.message})`);
    if (error instanceof AwkError) {
      await runner?.flush();
      if (error.plain) return fail(error.message);
      await p.err(`${p.name}: run time error: ${error.message}\n${runner?.place ?? ""}\n`);
      return 2;
    }
    throw error;
  }
}

async function version(p: Proc): Promise<number> {
  await p.out("mawk 1.3.4 20240123\nCopyright 2008-2023,2024, Thomas E. Dickey\nCopyright 1991-1996,2014, Michael D. Brennan\n");
  return 0;
}

async function usage(p: Proc, fd: 1 | 2 = 1): Promise<number> {
  await p.write(
    fd,
    `Usage: ${p.name} [Options] [Program] [file ...]

Program:
    The -f option value is the name of a file containing program text.
    If no -f option is given, a "--" ends option processing; the following
    parameters are the program text.

Options:
    -f program-file  Program  text is read from file instead of from the
                     command-line.  Multiple -f options are accepted.
    -F value         sets the field separator, FS, to value.
    -v var=value     assigns value to program variable var.
    --               unambiguous end of options.
`,
  );
  return 0;
}
