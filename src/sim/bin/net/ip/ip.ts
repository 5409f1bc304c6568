/** ip (iproute2 6.1.0): options and objects. */
import { NotSimulated } from "../../../core/errno.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { address } from "./address.ts";
import { link } from "./link.ts";
import { neighbour } from "./neigh.ts";
import { netns, open } from "./netns.ts";
import { route } from "./route.ts";
import { rule } from "./rule.ts";
import { IpError, pick, Words, type Context, type Options } from "./words.ts";

const objects = [
  "address",
  "addrlabel",
  "maddress",
  "route",
  "rule",
  "neighbor",
  "neighbour",
  "ntable",
  "ntbl",
  "link",
  "l2tp",
  "fou",
  "ila",
  "macsec",
  "tunnel",
  "tunl",
  "tuntap",
  "tap",
  "token",
  "tcpmetrics",
  "tcp_metrics",
  "monitor",
  "xfrm",
  "mroute",
  "mrule",
  "netns",
  "netconf",
  "vrf",
  "sr",
  "nexthop",
  "mptcp",
  "ioam",
  "stats",
  "help",
] as const;

/** Usage text of iproute2 6.1.0. */
const usage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | addrlabel | amt | fou | help | ila | ioam | l2tp |
                   link | macsec | maddress | monitor | mptcp | mroute | mrule |
                   neighbor | neighbour | netconf | netns | nexthop | ntable |
                   ntbl | route | rule | sr | tap | tcpmetrics |
                   token | tunnel | tuntap | vrf | xfrm }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |
                    -h[uman-readable] | -iec | -j[son] | -p[retty] |
                    -f[amily] { inet | inet6 | mpls | bridge | link } |
                    -4 | -6 | -M | -B | -0 |
                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] |
                    -o[neline] | -t[imestamp] | -ts[hort] | -b[atch] [filename] |
                    -rc[vbuf] [size] | -n[etns] name | -N[umeric] | -a[ll] |
                    -c[olor]}
`;

export const ip: CommandProgram = {
  name: "ip",
  async main(p) {
    const options: Options = { family: "any", oneline: false, json: false, brief: false, details: false, statistics: 0 };
    const args = [...p.args];
    let namespace = p.state.netns;
    let warnings = "";
    try {
      while (args[0]?.startsWith("-")) {
        let option = args.shift()!;
        if (option.startsWith("--") && option.length > 2) option = option.slice(1);
        const name = option.slice(1);
        const is = (full: string): boolean => name !== "" && full.startsWith(name);
        if (name === "4") options.family = "inet";
        else if (name === "6") options.family = "inet6";
        else if (name === "-") break;
        else if (is("loops")) throw new NotSimulated("ip -loops");
        else if (is("family")) {
          const family = args.shift();
          if (family !== "inet" && family !== "inet6") throw new NotSimulated(`ip -family ${family}`);
          options.family = family;
        } else if (is("human") || is("human-readable") || name === "iec") throw new NotSimulated(`ip ${option}`);
        else if (is("stats") || is("statistics")) options.statistics++;
        else if (is("details")) options.details = true;
        else if (is("oneline")) options.oneline = true;
        else if (name === "br" || is("brief")) options.brief = true;
        else if (/^c(olor)?(=(always|auto|never))?$/.test(name)) {
          if (name.endsWith("=always")) throw new NotSimulated("ip -color=always");
        } else if (is("json")) options.json = true;
        else if (
          is("pretty") ||
          is("timestamp") ||
          is("batch") ||
          is("all") ||
          is("resolve") ||
          is("Numeric") ||
          name === "M" ||
          name === "B" ||
          name === "0" ||
          is("rcvbuf") ||
          is("force")
        )
          throw new NotSimulated(`ip ${option}`);
        else if (is("Version")) {
          await p.out("ip utility, iproute2-6.1.0, libbpf 1.3.0\n");
          return 0;
        } else if (is("help")) {
          await p.err(usage);
          return 255;
        } else if (is("netns")) {
          namespace = args.shift() ?? "";
          open(p, namespace);
        } else {
          await p.err(`Option "${option}" is unknown, try "ip -help".\n`);
          return 255;
        }
      }
      const word = args.shift();
      if (word === undefined) {
        await p.err(usage);
        return 255;
      }
      const object = pick(word, objects);
      let text = "";
      const c: Context = {
        p,
        ns: p.machine.world.network.ns(p.machine.name, namespace),
        netns: namespace,
        options,
        out: (part) => {
          text += part;
        },
        warn: (part) => {
          warnings += part;
        },
      };
      const words = new Words(args);
      if (args[0] === "help") throw new NotSimulated(`ip ${object ?? word} help`);
      let status = 0;
      switch (object) {
        case "address":
          address(c, words);
          break;
        case "link":
          link(c, words);
          break;
        case "route":
          route(c, words);
          break;
        case "rule":
          rule(c, words);
          break;
        case "neighbor":
        case "neighbour":
          neighbour(c, words);
          break;
        case "netns":
          status = await netns(c, words);
          break;
        case "help":
          await p.err(usage);
          return 255;
        case undefined:
          await p.err(`Object "${word}" is unknown, try "ip help".\n`);
          return 1;
        default:
          throw new NotSimulated(`ip ${object}`);
      }
      if (warnings !== "") await p.err(warnings);
      if (text !== "") await p.out(text);
      return status;
    } catch (error) {
      if (!(error instanceof IpError)) throw error;
      await p.err(`${warnings}${error.message}\n`);
      return error.status;
    }
  },
};
