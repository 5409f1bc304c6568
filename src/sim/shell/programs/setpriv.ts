/** setpriv: runs a program as another user without asking anybody (util-linux 2.39). Capabilities and securebits are not simulated. */
import type { CommandProgram } from "../../kernel/program.ts";
import { usageError } from "./run.ts";
import { which } from "../../kernel/machine.ts";
import { asUser } from "./sudo.ts";

export const setpriv: CommandProgram = {
  name: "setpriv",
  async main(p) {
    const args = [...p.args];
    let uid: number | undefined;
    let gid: number | undefined;
    let groups: "clear" | "keep" | undefined;
    while (args[0]?.startsWith("-")) {
      const [flag, inline] = args.shift()!.split("=", 2) as [string, string | undefined];
      if (flag === "--") break;
      if (flag === "--clear-groups") groups = "clear";
      else if (flag === "--keep-groups") groups = "keep";
      else if (flag === "--reuid" || flag === "--ruid" || flag === "--euid" || flag === "--regid") {
        const value = Number(inline ?? args.shift());
        if (!Number.isInteger(value) || flag === "--ruid" || flag === "--euid") return p.notSimulated(`setpriv ${flag}`);
        if (flag === "--regid") gid = value;
        else uid = value;
      } else return p.notSimulated(`setpriv ${flag}`);
    }
    if (args.length === 0) return await usageError(p, "No program specified", 1);
    if (gid !== undefined && groups === undefined) {
      await p.err("setpriv: --[re]gid requires --keep-groups, --clear-groups, --init-groups, or --groups\n");
      return 1;
    }
    if (p.state.uid !== 0 && uid !== undefined && uid !== p.state.uid) {
      await p.err("setpriv: setresuid failed: Operation not permitted\n");
      return 127;
    }
    return await asUser(p, {
      argv: args,
      exe: args[0]!.includes("/") ? args[0]! : (which(p.fs, args[0]!, p.env.PATH) ?? args[0]!),
      env: p.env,
      cwd: p.cwd,
      uid: uid ?? p.state.uid,
      gid: gid ?? p.state.gid,
      groups: groups === "clear" ? [] : p.state.groups,
    });
  },
};
