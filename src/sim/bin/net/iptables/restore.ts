/** iptables-save and iptables-restore (iptables 1.8.10, nf_tables). */
import { NotSimulated } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { IptablesError } from "../../../net/netfilter/env.ts";
import { restore, save } from "../../../net/netfilter/save.ts";
import { builtinChains } from "../../../net/netfilter/chains.ts";
import type { NetNs } from "../../../net/netlink.ts";
import { ctime } from "../time.ts";
import { userId } from "./command.ts";
import { version } from "./version.ts";

const namespace = (p: Proc, family: 4 | 6): NetNs =>
  family === 4 ? p.machine.world.network.ns(p.machine.name, p.state.netns) : p.machine.world.network.ns6(p.machine.name, p.state.netns);

function saver(name: string, family: 4 | 6): CommandProgram {
  return {
    name,
    async main(p) {
      let table: string | undefined;
      let counters = false;
      const args = [...p.args];
      for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
        if (arg === "-c" || arg === "--counters") counters = true;
        else if (arg === "-t" || arg === "--table") table = args.shift();
        else if (arg === "-V" || arg === "--version") {
          await p.out(`${p.name} v${version} (nf_tables)\n`);
          return 0;
        } else if (arg === "-f" || arg === "--file" || arg === "-M" || arg === "--modprobe") throw new NotSimulated(`${name} ${arg}`);
        else {
          await p.err(`${p.name}: unrecognized option '${arg}'\nTry \`iptables-save -h' for more information.\n`);
          return 1;
        }
      }
      if (p.uid !== 0) {
        await p.err(`${p.name} v${version} (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n`);
        return 4;
      }
      if (table !== undefined && !(table in builtinChains)) {
        await p.err(`Table \`${table}' does not exist\n`);
        return 1;
      }
      await p.out(save(namespace(p, family), table, counters, () => ctime(p.now), `v${version} (nf_tables)`));
      return 0;
    },
  };
}

function restorer(name: string, family: 4 | 6): CommandProgram {
  return {
    name,
    async main(p) {
      const options: { noflush?: boolean; counters?: boolean; table?: string; test?: boolean } = {};
      let file: string | undefined;
      const args = [...p.args];
      for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
        if (arg === "-n" || arg === "--noflush") options.noflush = true;
        else if (arg === "-c" || arg === "--counters") options.counters = true;
        else if (arg === "-t" || arg === "--test") options.test = true;
        else if (arg === "-T" || arg === "--table") options.table = args.shift();
        else if (arg.startsWith("--table=")) options.table = arg.slice(8);
        else if (arg === "-w" || arg === "--wait" || arg === "-W") {
          if (/^\d+$/.test(args[0] ?? "")) args.shift();
        } else if (/^(-w\d+|--wait=\d+|-W\d+)$/.test(arg)) continue;
        else if (arg === "-V" || arg === "--version") {
          await p.out(`${p.name} v${version} (nf_tables)\n`);
          return 0;
        } else if (arg === "-v" || arg === "--verbose" || arg === "-h" || arg === "--help" || arg === "-M")
          throw new NotSimulated(`${name} ${arg}`);
        else if (arg.startsWith("-")) {
          await p.err(`${p.name}: unrecognized option '${arg}'\nTry \`${p.name} -h' for more information.\n`);
          return 1;
        } else file = arg;
      }
      if (p.uid !== 0) {
        await p.err(`${p.name} v${version} (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n`);
        return 4;
      }
      let text: string;
      if (file === undefined) text = (await p.readAll()).toString("utf8");
      else {
        const found = p.fs.tryReadText(file);
        if (found === undefined) {
          await p.err(`Can't open ${file}: No such file or directory\n`);
          return 1;
        }
        text = found;
      }
      try {
        restore(namespace(p, family), text.replace(/\n$/, ""), options, { family, uid: (user) => userId(p, user) });
        return 0;
      } catch (error) {
        if (!(error instanceof IptablesError)) throw error;
        await p.err(`${family === 6 ? error.message.replaceAll("iptables-restore", "ip6tables-restore") : error.message}\n`);
        return error.status;
      }
    },
  };
}

export const iptablesSave = saver("iptables-save", 4);
export const ip6tablesSave = saver("ip6tables-save", 6);
export const iptablesRestore = restorer("iptables-restore", 4);
export const ip6tablesRestore = restorer("ip6tables-restore", 6);
