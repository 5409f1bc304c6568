/** nslookup and ping as BusyBox has them: another resolver, other words (networking/nslookup.c, networking/ping.c). */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { reverseName, type QueryType } from "../../net/dns.ts";
import { parseIp } from "../../net/ip.ts";
import { queryServers, resolverConfig } from "../../net/resolver.ts";

const minorOf = (p: Proc): number => Number(/^1\.(\d+)/.exec(p.state.version)?.[1] ?? 37);

export const busyboxNslookup: CommandProgram = {
  name: "busybox-nslookup",
  async main(p) {
    const types: QueryType[] = [];
    const words: string[] = [];
    for (const arg of p.args) {
      const option = /^-(?:type|querytype)=(\w+)$/i.exec(arg);
      if (option) types.push(option[1]!.toUpperCase() as QueryType);
      else if (arg.startsWith("-")) throw new NotSimulated(`nslookup ${arg}`);
      else words.push(arg);
    }
    const [name, given] = words;
    if (name === undefined || words.length > 2) throw new NotSimulated("nslookup without a name");
    return minorOf(p) <= 28 ? await small(p, name, given) : await big(p, name, given, types);
  },
};

async function addressOf(p: Proc, host: string): Promise<string | undefined> {
  if (parseIp(host) !== undefined) return host;
  const found = p.net.resolve(host);
  await p.sleep(found.took);
  return found.ok ? found.addresses[0] : undefined;
}

/** Asks for itself, all questions at once; a name with a dot in it is never completed from the search list. */
async function big(p: Proc, name: string, given: string | undefined, types: QueryType[]): Promise<number> {
  const config = resolverConfig(p.fs);
  const server = given === undefined ? config.servers[0]! : await addressOf(p, given);
  if (server === undefined) {
    await p.err(`nslookup: bad address '${given}'\n`);
    return 1;
  }
  const reverse = parseIp(name) !== undefined;
  const names = reverse
    ? [reverseName(name)]
    : name.includes(".") || config.search.length === 0
      ? [name.replace(/\.$/, "")]
      : config.search.map((domain) => `${name}.${domain}`);
  const asked: QueryType[] = types.length > 0 ? types : reverse ? ["PTR"] : ["A", "AAAA"];
  const answers = asked.flatMap((type) =>
    names.map((full) => ({ full, type, answer: queryServers(p.net, { servers: [server], timeout: 5, attempts: 1 }, full, type) })),
  );
  await p.sleep(Math.max(...answers.map(({ answer }) => answer.took)));
  if (answers.every(({ answer }) => answer.kind === "silent")) {
    const refused = answers.every(({ answer }) => answer.kind === "silent" && answer.why === "refused");
    await p.out(
      refused
        ? `nslookup: read: Connection refused\n;; connection timed out; no servers could be reached\n\n`
        : ";; connection timed out; no servers could be reached\n\n",
    );
    return 1;
  }
  let out = `Server:\t\t${server}\nAddress:\t${server}:53\n\n`;
  let failed = false;
  for (const { full, type, answer } of answers) {
    if (answer.kind === "silent") continue;
    const { reply } = answer;
    if (reply.rcode !== "NOERROR") {
      out += `** server can't find ${full}: ${reply.rcode}\n\n`;
      failed = true;
      continue;
    }
    if (!reply.authoritative) out += "Non-authoritative answer:\n";
    for (const r of reply.answers) {
      if (r.type === "A" || r.type === "AAAA") out += `Name:\t${r.name}\nAddress: ${r.data}\n`;
      else if (r.type === "CNAME") out += `${r.name}\tcanonical name = ${r.data}\n`;
      else if (r.type === "PTR") out += `${r.name}\tname = ${r.data}\n`;
      else out += `${r.name}\t${r.type.toLowerCase()} = ${r.data}\n`;
    }
    if (reply.answers.length === 0 && type !== "AAAA") out += `*** Can't find ${full}: No answer\n`;
    out += "\n";
  }
  await p.out(out);
  return failed ? 1 : 0;
}

/** Until 1.28 it asked the C library, which completes names. */
async function small(p: Proc, name: string, given: string | undefined): Promise<number> {
  if (given !== undefined) throw new NotSimulated("nslookup NAME SERVER of BusyBox 1.28");
  const config = resolverConfig(p.fs);
  const server = config.servers[0]!;
  const nameOf = (ip: string): string => {
    const back = queryServers(p.net, { servers: config.servers, timeout: 5, attempts: 1 }, reverseName(ip), "PTR");
    const record = back.kind === "silent" ? undefined : back.reply.answers.find((r) => r.type === "PTR");
    return record ? ` ${record.data.replace(/\.$/, "")}` : "";
  };
  await p.out(`Server:    ${server}\nAddress 1: ${server}${nameOf(server)}\n\n`);
  const found = p.net.resolve(name);
  await p.sleep(found.took);
  if (!found.ok) {
    await p.err(`nslookup: can't resolve '${name}'\n`);
    return 1;
  }
  await p.out(`Name:      ${name}\n${found.addresses.map((ip, i) => `Address ${i + 1}: ${ip}${nameOf(ip)}\n`).join("")}`);
  return 0;
}

export const busyboxPing: CommandProgram = {
  name: "busybox-ping",
  async main(p) {
    let [count, wait, deadline, size, interval, quiet] = [Infinity, 10_000, Infinity, 56, 1000, false];
    let host: string | undefined;
    const args = [...p.args];
    for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
      const m = /^-([cWwsi])(.*)$/.exec(arg);
      if (m) {
        const value = Number(m[2] === "" ? args.shift() : m[2]);
        if (!Number.isFinite(value)) throw new NotSimulated(`ping ${arg}`);
        if (m[1] === "c") count = value;
        else if (m[1] === "W") wait = value * 1000;
        else if (m[1] === "w") deadline = value * 1000;
        else if (m[1] === "s") size = value;
        else interval = value * 1000;
      } else if (arg === "-q") quiet = true;
      else if (arg === "-4") continue;
      else if (arg.startsWith("-")) throw new NotSimulated(`ping ${arg} (BusyBox)`);
      else host ??= arg;
    }
    if (host === undefined) throw new NotSimulated("ping without a host");
    const ip = await addressOf(p, host);
    if (ip === undefined) {
      await p.err(`ping: bad address '${host}'\n`);
      return 1;
    }
    await p.out(`PING ${host} (${ip}): ${size} data bytes\n`);
    const start = p.now;
    const times: number[] = [];
    let sent = 0;
    const summary = async (): Promise<void> => {
      const lost = sent === 0 ? 0 : Math.floor(((sent - times.length) * 100) / sent);
      let out = `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${times.length} packets received, ${lost}% packet loss\n`;
      if (times.length > 0)
        out += `round-trip min/avg/max = ${Math.min(...times).toFixed(3)}/${(times.reduce((a, b) => a + b, 0) / times.length).toFixed(3)}/${Math.max(...times).toFixed(3)} ms\n`;
      await p.out(out);
    };
    let stopped = false;
    p.traps.set("SIGINT", () => {
      stopped = true;
      p.interrupt();
    });
    for (let seq = 0; seq < count && p.now - start < deadline && !stopped; seq++) {
      const got = p.net.ping(ip, { size: size + 28 });
      if (!got.ok && got.kind === "local") {
        await p.err(`ping: sendto: ${new Errno(got.code).text}\n`);
        return 1;
      }
      sent++;
      if (got.ok) {
        times.push(got.rtt);
        if (!quiet) await p.out(`${size + 8} bytes from ${got.from}: seq=${seq} ttl=${got.ttl} time=${got.rtt.toFixed(3)} ms\n`);
      }
      const last = seq + 1 >= count;
      try {
        if (!last) await p.sleep(Math.min(interval, Math.max(0, start + deadline - p.now)));
        else if (!got.ok) await p.sleep(Math.min(wait, Math.max(0, start + deadline - p.now)));
      } catch (error) {
        if (!(error instanceof Errno) || error.code !== "EINTR") throw error;
      }
    }
    await summary();
    return times.length > 0 ? 0 : 1;
  },
};
