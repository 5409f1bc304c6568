/** ping (iputils 20240117). Output recorded from iputils on Linux. */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { PingResult } from "../../net/api.ts";
import { ipText, parseIp } from "../../net/ip.ts";

interface Options {
  count: number | undefined;
  deadline: number | undefined;
  wait: number;
  interval: number;
  source: string | undefined;
  size: number;
  ttl: number | undefined;
  dontFragment: boolean;
  quiet: boolean;
  numeric: boolean;
  destination: string | undefined;
}

const unreachable: Record<string, string> = {
  net: "Destination Net Unreachable",
  host: "Destination Host Unreachable",
  port: "Destination Port Unreachable",
  prohibited: "Destination Host Prohibited",
  "admin-prohibited": "Packet filtered",
  "time-exceeded": "Time to live exceeded",
};

class Usage extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

function number(text: string, low: number, high: number): number {
  const value = Number(text);
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Usage(`ping: invalid argument: '${text}'`);
  if (value < low || value > high)
    throw new Usage(
      `ping: invalid argument: '${text}': out of range: ${low} <= value <= ${high === Infinity ? "9223372036854775807" : high}`,
    );
  return value;
}

function parse(args: string[]): Options {
  const o: Options = {
    count: undefined,
    deadline: undefined,
    wait: 10_000,
    interval: 1000,
    source: undefined,
    size: 56,
    ttl: undefined,
    dontFragment: false,
    quiet: false,
    numeric: false,
    destination: undefined,
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith("-") || arg === "-") {
      o.destination = arg;
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const flag = arg[at]!;
      const value = (): string => {
        const rest = arg.slice(at + 1);
        at = arg.length;
        if (rest !== "") return rest;
        const next = args[++i];
        if (next === undefined) throw new Usage(`ping: option requires an argument -- '${flag}'`, 2);
        return next;
      };
      switch (flag) {
        case "c":
          o.count = number(value(), 1, Infinity);
          break;
        case "w":
          o.deadline = number(value(), 0, 2147483647) * 1000;
          break;
        case "W":
          o.wait = number(value(), 0, 2147483) * 1000;
          break;
        case "i":
          o.interval = number(value(), 0, 2147483) * 1000;
          break;
        case "I":
          o.source = value();
          break;
        case "s":
          o.size = number(value(), 0, 127_992);
          break;
        case "t":
          o.ttl = number(value(), 1, 255);
          break;
        case "M": {
          const how = value();
          if (how !== "do" && how !== "dont" && how !== "want") throw new Usage(`ping: invalid -M argument: ${how}`);
          o.dontFragment = how === "do";
          break;
        }
        case "q":
          o.quiet = true;
          break;
        case "n":
        case "4":
          o.numeric = true;
          break;
        case "O":
          throw new NotSimulated("ping -O");
        case "6":
        case "a":
        case "A":
        case "b":
        case "B":
        case "C":
        case "d":
        case "D":
        case "e":
        case "f":
        case "F":
        case "h":
        case "H":
        case "l":
        case "L":
        case "m":
        case "N":
        case "p":
        case "Q":
        case "r":
        case "R":
        case "S":
        case "T":
        case "U":
        case "v":
          throw new NotSimulated(`ping -${flag}`);
        case "V":
          throw new Usage("ping from iputils 20240117", 0);
        default:
          throw new Usage(`ping: invalid option -- '${flag}'`, 2);
      }
    }
  }
  return o;
}

const three = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(3));

export const ping: CommandProgram = {
  name: "ping",
  async main(p) {
    let o: Options;
    try {
      o = parse(p.args);
    } catch (error) {
      if (!(error instanceof Usage)) throw error;
      await (error.status === 0 ? p.out(`${error.message}\n`) : p.err(`${error.message}\n`));
      return error.status;
    }
    if (o.destination === undefined) {
      await p.err("ping: usage error: Destination address required\n");
      return 1;
    }
    const found = p.net.resolve(o.destination);
    if (!found.ok) {
      await p.sleep(found.took);
      await p.err(
        `ping: ${o.destination}: ${found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known"}\n`,
      );
      return 2;
    }
    const ip = found.addresses[0]!;
    const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
    const isAddress = o.source !== undefined && parseIp(o.source) !== undefined;
    const device = o.source === undefined || isAddress ? undefined : o.source;
    if (device !== undefined && !ns.linkState(device)) {
      await p.err(`ping: SO_BINDTODEVICE ${device}: No such device\n`);
      return 2;
    }
    if (isAddress && !ns.isLocal(parseIp(o.source!)!)) {
      await p.err("ping: bind: Cannot assign requested address\n");
      return 2;
    }
    const decision = ns.lookup({ dst: parseIp(ip)!, ...(device === undefined ? {} : { oif: ns.linkState(device)!.index }) });
    const connectError = {
      none: "Network is unreachable",
      unreachable: "No route to host",
      blackhole: "Invalid argument",
      prohibit: undefined,
    } as const;
    if (decision.kind === "prohibit") {
      await p.err("ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n");
      return 2;
    }
    if (decision.kind === "none" && device !== undefined) {
      // bound to a device, the packet is tried on its link
    } else if (decision.kind in connectError) {
      await p.err(`ping: connect: ${connectError[decision.kind as "none"]}\n`);
      return 2;
    }
    return await run(p, o, ip, o.destination === ip ? ip : found.canonical, device, isAddress ? o.source : undefined);
  },
};

async function run(p: Proc, o: Options, ip: string, name: string, device: string | undefined, source: string | undefined): Promise<number> {
  const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
  const src = source ?? (device === undefined ? undefined : ipText(ns.sourceFor(parseIp(ip)!, ns.linkState(device)!.index) ?? 0));
  const from = src === undefined ? "" : ` from ${src} ${device ?? ""}:`.replace(" :", " :");
  await p.out(`PING ${name} (${ip})${from.trimEnd().endsWith(":") ? from : from} ${o.size}(${o.size + 28}) bytes of data.\n`);
  const started = p.now;
  const end = o.deadline === undefined ? Infinity : started + o.deadline;
  const times: number[] = [];
  let sent = 0;
  let received = 0;
  let errors = 0;
  let last = started;
  let interrupted = false;
  const shown = name !== ip && !o.numeric ? `${name} (${ip})` : ip;
  /** Answers that are still on their way: when, and what is printed then. */
  const pending: { at: number; show: () => Promise<void> }[] = [];
  const settle = async (until: number): Promise<void> => {
    pending.sort((a, b) => a.at - b.at);
    while (pending[0] && pending[0].at <= until) {
      const { at, show } = pending.shift()!;
      if (at > p.now) await p.sleep(at - p.now);
      await show();
    }
    if (until > p.now && until !== Infinity) await p.sleep(until - p.now);
  };
  p.traps.set("SIGINT", () => {
    interrupted = true;
    p.interrupt();
  });
  try {
    for (let seq = 1; (o.count === undefined || seq <= o.count) && p.now < end && !interrupted; seq++) {
      const result = p.net.ping(ip, { source, device, ttl: o.ttl, size: o.size, dontFragment: o.dontFragment });
      sent++;
      last = p.now;
      const answer = shownAnswer(p, o, result, seq, shown);
      if (answer.kind === "reply") {
        pending.push({
          at: p.now,
          show: async () => {
            received++;
            times.push(answer.rtt);
            if (!o.quiet) await p.out(answer.text);
          },
        });
      } else if (answer.kind === "refused") {
        if (!o.quiet) await p.err(answer.text);
      } else if (answer.kind === "error") {
        const local = answer.local;
        pending.push({
          at: p.now + answer.after,
          show: async () => {
            errors++;
            if (!o.quiet || local) await (local ? p.err(answer.text) : p.out(answer.text));
          },
        });
      }
      const more = o.count === undefined || seq < o.count;
      await settle(Math.min(p.now + (more ? o.interval : 0), end));
    }
    // then for what has not come: errors on their way, or silence for -W (twice the longest round trip once answers came)
    const lost = sent - received - errors - pending.length;
    const patience = last + (received > 0 ? Math.min(o.wait, 2 * Math.max(...times)) : o.wait);
    const latest = Math.max(0, ...pending.map((x) => x.at));
    if (pending.length > 0 || lost > 0)
      await settle(Math.min(end, lost > 0 ? Math.max(patience, Math.min(latest, last + o.wait)) : Math.min(latest, last + o.wait)));
  } catch (error) {
    if (!(error instanceof Errno && error.code === "EINTR")) throw error;
  }
  await p.out(statistics(name, sent, received, errors, last - started, times, pending.length));
  return received > 0 && (o.deadline === undefined || o.count === undefined || received >= o.count) ? 0 : 1;
}

type Shown =
  | { kind: "reply"; text: string; rtt: number }
  | { kind: "error"; text: string; after: number; local: boolean }
  | { kind: "refused"; text: string }
  | { kind: "none" };

function shownAnswer(_p: Proc, o: Options, result: PingResult, seq: number, shown: string): Shown {
  if (result.ok)
    return {
      kind: "reply",
      rtt: result.rtt,
      text: `${o.size + 8} bytes from ${shown}: icmp_seq=${seq} ttl=${result.ttl} time=${three(result.rtt)} ms\n`,
    };
  switch (result.kind) {
    case "unreachable": {
      const text = result.code === "frag-needed" ? `Frag needed and DF set (mtu = ${result.mtu})` : unreachable[result.code]!;
      return { kind: "error", local: false, after: result.after ?? 0, text: `From ${result.from} icmp_seq=${seq} ${text}\n` };
    }
    case "local":
      if (result.code === "EMSGSIZE")
        return { kind: "error", local: true, after: 0, text: `ping: local error: message too long, mtu=${result.mtu ?? 1500}\n` };
      // counted as sent and lost, and not as an error (iputils pinger())
      return { kind: "refused", text: `ping: sendmsg: ${new Errno(result.code).text}\n` };
    default:
      return { kind: "none" };
  }
}

function statistics(
  name: string,
  sent: number,
  received: number,
  errors: number,
  elapsed: number,
  times: number[],
  waiting: number,
): string {
  const loss = sent === 0 ? 0 : ((sent - received) / sent) * 100;
  // as C prints %g
  const percent = Number(loss.toPrecision(6)).toString();
  let out = `\n--- ${name} ping statistics ---\n${sent} packets transmitted, ${received} received,${errors > 0 ? ` +${errors} errors,` : ""} ${percent}% packet loss, time ${Math.round(elapsed)}ms\n`;
  if (received > 0) {
    const average = times.reduce((a, b) => a + b, 0) / times.length;
    const deviation = Math.sqrt(Math.max(0, times.reduce((a, b) => a + b * b, 0) / times.length - average * average));
    out += `rtt min/avg/max/mdev = ${Math.min(...times).toFixed(3)}/${average.toFixed(3)}/${Math.max(...times).toFixed(3)}/${deviation.toFixed(3)} ms\n`;
  } else if (errors > 1 || waiting > 1) out += `pipe ${Math.min(Math.max(errors, waiting), 4)}\n`;
  else out += "\n";
  return out;
}
