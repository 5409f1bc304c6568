/** pwd (coreutils 9.4). */
import type { CommandProgram } from "../../kernel/program.ts";
import { getopt, usageError } from "./run.ts";

export const pwd: CommandProgram = {
  name: "pwd",
  async main(p) {
    const o = getopt(p.args, "LP", { logical: "L", physical: "P" });
    if (typeof o === "string") return await usageError(p, o, 1);
    if (o.rest.length > 0) await p.err(`pwd: ignoring non-option arguments\n`);
    const { PWD } = p.env;
    if (o.has("L") && PWD?.startsWith("/") && p.fs.isDir(PWD) && p.fs.realpath(PWD) === p.cwd) await p.out(`${PWD}\n`);
    else await p.out(`${p.cwd}\n`);
    return 0;
  },
};
