/** conntrack (conntrack-tools 1.4.8): the kernel's table of connections. */
import { NotSimulated } from "../../core/errno.ts";
import { inPrefix, ipText, parsePrefix } from "../../net/ip.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Conntrack, Tuple } from "../../net/state.ts";

const version = "v1.4.8 (conntrack-tools)";
const names: Record<number, string> = { 1: "icmp", 6: "tcp", 17: "udp", 132: "sctp" };

/** Protocols that conntrack has an extension for, by name and number. */
const supported = new Set(
  ["tcp", "udp", "udplite", "icmp", "icmpv6", "sctp", "dccp", "gre"].concat(["6", "17", "136", "1", "58", "132", "33", "47"]),
);

function tuple(proto: number, t: Tuple): string {
  const ends = `src=${ipText(t.src)} dst=${ipText(t.dst)}`;
  if (proto === 6 || proto === 17) return `${ends} sport=${t.sport} dport=${t.dport}`;
  if (proto === 1) return `${ends} type=${t.dport} code=0 id=${t.sport}`;
  return ends;
}

function line(ct: Conntrack, now: number): string {
  const left = Math.max(0, Math.floor((ct.expires - now) / 1000));
  const state = ct.state === undefined ? "" : `${ct.state} `;
  return `${(names[ct.proto] ?? "unknown").padEnd(8)} ${ct.proto} ${left} ${state}${tuple(ct.proto, ct.orig)} ${ct.seenReply ? "" : "[UNREPLIED] "}${tuple(ct.proto, ct.reply)} ${ct.assured ? "[ASSURED] " : ""}mark=${ct.mark} use=1`;
}

export const conntrack: CommandProgram = {
  name: "conntrack",
  async main(p) {
    let command = "";
    const tests: ((ct: Conntrack) => boolean)[] = [];
    const args = [...p.args];
    for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
      const value = (): string => {
        const next = args.shift();
        if (next === undefined) throw new NotSimulated(`conntrack ${arg} without a value`);
        return next;
      };
      const side = (pick: (ct: Conntrack) => number): void => {
        const prefix = parsePrefix(value());
        if (!prefix) throw new NotSimulated("conntrack with a malformed address");
        tests.push((ct) => inPrefix(pick(ct), prefix.ip, prefix.len));
      };
      const port = (pick: (ct: Conntrack) => number): void => {
        const wanted = Number(value());
        tests.push((ct) => pick(ct) === wanted);
      };
      switch (arg) {
        case "-L":
        case "--dump":
        case "-D":
        case "--delete":
        case "-F":
        case "--flush":
        case "-C":
        case "--count":
        case "-S":
        case "--stats":
          command =
            ({ "--dump": "-L", "--delete": "-D", "--flush": "-F", "--count": "-C", "--stats": "-S" } as Record<string, string>)[arg] ?? arg;
          break;
        case "-V":
        case "--version":
          await p.out(`conntrack ${version}\n`);
          return 0;
        case "conntrack":
          break;
        case "-f":
        case "--family":
          if (value() !== "ipv4") throw new NotSimulated("conntrack -f ipv6");
          break;
        case "-p":
        case "--proto": {
          const proto = value();
          if (!supported.has(proto)) {
            await p.err(
              `conntrack ${version}: \`${proto}' unsupported protocol\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
            );
            return 2;
          }
          tests.push((ct) => names[ct.proto] === proto || String(ct.proto) === proto);
          break;
        }
        case "-s":
        case "--src":
        case "--orig-src":
          side((ct) => ct.orig.src);
          break;
        case "-d":
        case "--dst":
        case "--orig-dst":
          side((ct) => ct.orig.dst);
          break;
        case "-r":
        case "--reply-src":
          side((ct) => ct.reply.src);
          break;
        case "-q":
        case "--reply-dst":
          side((ct) => ct.reply.dst);
          break;
        case "--sport":
        case "--orig-port-src":
          port((ct) => ct.orig.sport);
          break;
        case "--dport":
        case "--orig-port-dst":
          port((ct) => ct.orig.dport);
          break;
        case "--state": {
          const state = value();
          tests.push((ct) => ct.state === state);
          break;
        }
        case "-m":
        case "--mark":
          port((ct) => ct.mark);
          break;
        case "-n":
        case "--src-nat":
          tests.push((ct) => ct.orig.src !== ct.reply.dst);
          break;
        case "-g":
        case "--dst-nat":
          tests.push((ct) => ct.orig.dst !== ct.reply.src);
          break;
        default:
          throw new NotSimulated(`conntrack ${arg}`);
      }
    }
    if (p.uid !== 0) {
      await p.err(`conntrack ${version}: Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this\n`);
      return 1;
    }
    const table = p.machine.world.network.ns(p.machine.name, p.state.netns).conntrack;
    const list = table.list().filter((ct) => tests.every((t) => t(ct)));
    switch (command) {
      case "-L":
        await p.out(list.map((ct) => `${line(ct, p.now)}\n`).join(""));
        await p.err(`conntrack ${version}: ${list.length} flow entries have been shown.\n`);
        return 0;
      case "-C":
        await p.out(`${list.length}\n`);
        return 0;
      case "-F":
        table.flush();
        await p.err(`conntrack ${version}: connection tracking table has been emptied.\n`);
        return 0;
      case "-D":
        for (const ct of list) table.remove(ct);
        await p.out(list.map((ct) => `${line(ct, p.now)}\n`).join(""));
        await p.err(`conntrack ${version}: ${list.length} flow entries have been deleted.\n`);
        return list.length > 0 ? 0 : 1;
      default:
        throw new NotSimulated(`conntrack ${p.args.join(" ")}`);
    }
  },
};
