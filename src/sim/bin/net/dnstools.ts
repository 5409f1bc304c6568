/** dig, host and nslookup (bind9-dnsutils 9.18). */
import { NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { reverseName, type DnsRecord, type DnsReply, type QueryType } from "../../net/dns.ts";
import { parseIp } from "../../net/ip.ts";
import { queryServers, resolverConfig, type Answer } from "../../net/resolver.ts";
import { ctime } from "./time.ts";

const queryTypes = new Set(["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "ANY"]);

/** Names are absolute in answers. */
const dot = (name: string): string => (name.endsWith(".") ? name : `${name}.`);
const named = new Set(["CNAME", "NS", "PTR", "SRV", "MX"]);
const data = (r: DnsRecord): string =>
  named.has(r.type) ? dot(r.data) : r.type === "TXT" && !r.data.startsWith('"') ? `"${r.data}"` : r.data;

function record(r: DnsRecord): string {
  const owner = dot(r.name);
  const tabs = "\t".repeat(Math.max(1, 3 - Math.floor(owner.length / 8)));
  return `${owner}${tabs}${r.ttl}\tIN\t${r.type}\t${data(r)}\n`;
}

interface Question {
  servers: string[];
  name: string;
  qtype: QueryType;
  timeout: number;
  attempts: number;
}

async function serverAddress(p: Proc, server: string): Promise<string | undefined> {
  if (parseIp(server) !== undefined) return server;
  const found = p.net.resolve(server);
  if (found.ok) return found.addresses[0];
  await p.sleep(found.took);
  return undefined;
}

export const dig: CommandProgram = {
  name: "dig",
  async main(p) {
    const config = resolverConfig(p.fs);
    const q: Question = { servers: config.servers, name: ".", qtype: "A", timeout: 5, attempts: 3 };
    let [short, search, noall, answerOnly, given] = [false, false, false, false, false];
    let asked: string | undefined;
    const args = [...p.args];
    for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
      if (arg.startsWith("@")) asked = arg.slice(1);
      else if (arg === "+short") short = true;
      else if (arg === "+search") search = true;
      else if (arg === "+noall") noall = true;
      else if (arg === "+answer") answerOnly = true;
      else if (/^\+(time|timeout)=\d+$/.test(arg)) q.timeout = Number(arg.split("=")[1]);
      else if (/^\+(tries)=\d+$/.test(arg)) q.attempts = Number(arg.split("=")[1]);
      else if (/^\+(retry)=\d+$/.test(arg)) q.attempts = Number(arg.split("=")[1]) + 1;
      else if (arg === "+nosearch" || arg === "+nocookie" || arg === "-4" || arg === "IN" || arg === "in") continue;
      else if (arg === "-x") {
        q.name = reverseName(args.shift() ?? "");
        q.qtype = "PTR";
        given = true;
      } else if (arg === "-t") q.qtype = (args.shift() ?? "A").toUpperCase() as QueryType;
      else if (arg.startsWith("-") || arg.startsWith("+")) throw new NotSimulated(`dig ${arg}`);
      else if (queryTypes.has(arg.toUpperCase())) q.qtype = arg.toUpperCase() as QueryType;
      else {
        q.name = arg;
        given = true;
      }
    }
    if (!given) throw new NotSimulated("dig without a name");
    if (asked !== undefined) {
      const address = await serverAddress(p, asked);
      if (address === undefined) {
        await p.out(`dig: couldn't get address for '${asked}': not found\n`);
        return 10;
      }
      q.servers = [address];
    }
    const bare = q.name.replace(/\.$/, "");
    const names =
      search && !q.name.endsWith(".")
        ? bare.split(".").length - 1 >= config.ndots
          ? [bare, ...config.search.map((d) => `${bare}.${d}`)]
          : [...config.search.map((d) => `${bare}.${d}`), bare]
        : [bare];
    let answer: Answer | undefined;
    let name = bare;
    for (name of names) {
      answer = queryServers(p.net, q, name, q.qtype);
      if (answer.kind === "silent" || answer.reply.rcode !== "NXDOMAIN") break;
    }
    await p.sleep(answer!.took);
    if (answer!.kind === "silent") {
      const banner = short
        ? ""
        : `\n; <<>> DiG 9.18.28-0ubuntu0.24.04.1-Ubuntu <<>> ${p.args.join(" ")}\n${asked === undefined ? "" : "; (1 server found)\n"};; global options: +cmd\n`;
      const each =
        answer!.why === "timeout"
          ? ";; communications error to SERVER#53: timed out\n"
          : answer!.why === "refused"
            ? ";; communications error to SERVER#53: connection refused\n"
            : ";; UDP setup with SERVER#53(SERVER) for NAME failed: host unreachable.\n";
      const lines = q.servers.flatMap((server) =>
        Array.from({ length: q.attempts }, () => each.replaceAll("SERVER", server).replace("NAME", bare)),
      );
      await p.out(`${lines.join("")}${banner};; no servers could be reached\n`);
      return 9;
    }
    await p.out(
      short
        ? shortText(answer!.reply)
        : noall
          ? answerOnly
            ? answer!.reply.answers.map(record).join("")
            : ""
          : fullText(p, answer!.reply, name, q, answer!.server, asked !== undefined),
    );
    return 0;
  },
};

const shortText = (reply: DnsReply): string => reply.answers.map((r) => `${data(r)}\n`).join("");

function fullText(p: Proc, reply: DnsReply, name: string, q: Question, server: string, explicit: boolean): string {
  const id = p.machine.random("net/dns-id").int(1, 65_535);
  const authority = reply.authority ?? [];
  let out = `\n; <<>> DiG 9.18.28-0ubuntu0.24.04.1-Ubuntu <<>> ${p.args.join(" ")}\n${explicit ? "; (1 server found)\n" : ""};; global options: +cmd\n;; Got answer:\n`;
  out += `;; ->>HEADER<<- opcode: QUERY, status: ${reply.rcode}, id: ${id}\n;; flags: qr ${reply.authoritative ? "aa " : ""}rd ra; QUERY: 1, ANSWER: ${reply.answers.length}, AUTHORITY: ${authority.length}, ADDITIONAL: 1\n\n`;
  out += `;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;${dot(name)}${"\t".repeat(Math.max(1, 3 - Math.floor((name.length + 2) / 8)))}IN\t${q.qtype}\n\n`;
  if (reply.answers.length > 0) out += `;; ANSWER SECTION:\n${reply.answers.map(record).join("")}\n`;
  if (authority.length > 0) out += `;; AUTHORITY SECTION:\n${authority.map(record).join("")}\n`;
  const size = 40 + name.length + [...reply.answers, ...authority].reduce((sum, r) => sum + 16 + r.data.length, 0);
  const stamp = ctime(p.now).replace(/(\d+:\d+:\d+) (\d+)$/, "$1 UTC $2");
  return `${out};; Query time: ${p.machine.random("net/dns-time").int(0, 4)} msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${stamp}\n;; MSG SIZE  rcvd: ${size}\n\n`;
}

/** Names to try for a relative one, as host and nslookup walk the search list. */
function candidates(p: Proc, name: string): string[] {
  const config = resolverConfig(p.fs);
  const bare = name.replace(/\.$/, "");
  if (name.endsWith(".")) return [bare];
  const searched = config.search.map((d) => `${bare}.${d}`);
  return bare.split(".").length - 1 >= config.ndots ? [bare, ...searched] : [...searched, bare];
}

async function ask(p: Proc, servers: string[], names: string[], qtype: QueryType): Promise<{ answer: Answer; name: string }> {
  let answer: Answer | undefined;
  let name = names[0]!;
  for (name of names) {
    answer = queryServers(p.net, { servers, timeout: 5, attempts: 2 }, name, qtype);
    await p.sleep(answer.took);
    if (answer.kind === "silent" || answer.reply.rcode !== "NXDOMAIN") break;
  }
  return { answer: answer!, name };
}

export const host: CommandProgram = {
  name: "host",
  async main(p) {
    let type: QueryType | undefined;
    const words: string[] = [];
    const args = [...p.args];
    for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
      if (arg === "-t") type = (args.shift() ?? "A").toUpperCase() as QueryType;
      else if (arg.startsWith("-")) throw new NotSimulated(`host ${arg}`);
      else words.push(arg);
    }
    const [name, server] = words;
    if (name === undefined) throw new NotSimulated("host without a name");
    const servers = server === undefined ? resolverConfig(p.fs).servers : [(await serverAddress(p, server)) ?? server];
    const reverse = parseIp(name) !== undefined;
    if (server !== undefined) await p.out(`Using domain server:\nName: ${server}\nAddress: ${servers[0]}#53\nAliases: \n\n`);
    const got = await ask(p, servers, reverse ? [reverseName(name)] : candidates(p, name), type ?? (reverse ? "PTR" : "A"));
    if (got.answer.kind === "silent") {
      await p.out(
        `;; communications error to ${got.answer.server}#53: ${got.answer.why === "refused" ? "connection refused" : "timed out"}\n;; communications error to ${got.answer.server}#53: ${got.answer.why === "refused" ? "connection refused" : "timed out"}\n;; no servers could be reached\n`,
      );
      return 1;
    }
    const { reply } = got.answer;
    if (reply.rcode !== "NOERROR") {
      await p.out(
        `Host ${reverse ? dot(reverseName(name)) : name} not found: ${{ NXDOMAIN: "3(NXDOMAIN)", SERVFAIL: "2(SERVFAIL)", REFUSED: "5(REFUSED)", NOTIMP: "4(NOTIMP)", FORMERR: "1(FORMERR)" }[reply.rcode]}\n`,
      );
      return 1;
    }
    for (const r of reply.answers) {
      if (r.type === "A") await p.out(`${r.name} has address ${r.data}\n`);
      else if (r.type === "CNAME") await p.out(`${r.name} is an alias for ${dot(r.data)}\n`);
      else if (r.type === "PTR") await p.out(`${r.name} domain name pointer ${dot(r.data)}\n`);
      else await p.out(`${r.name} has ${r.type} record ${data(r)}\n`);
    }
    if (reply.answers.length === 0) await p.out(`${name} has no ${type ?? "A"} record\n`);
    return 0;
  },
};

export const nslookup: CommandProgram = {
  name: "nslookup",
  async main(p) {
    let type: QueryType = "A";
    const words: string[] = [];
    for (const arg of p.args) {
      const option = /^-(?:type|query|querytype|q)=(\w+)$/i.exec(arg);
      if (option) type = option[1]!.toUpperCase() as QueryType;
      else if (arg.startsWith("-")) throw new NotSimulated(`nslookup ${arg}`);
      else words.push(arg);
    }
    const [name, server] = words;
    if (name === undefined) throw new NotSimulated("nslookup without a name");
    const address = server === undefined ? undefined : await serverAddress(p, server);
    if (server !== undefined && address === undefined) {
      await p.out(`nslookup: couldn't get address for '${server}': not found\n`);
      return 1;
    }
    const servers = address === undefined ? resolverConfig(p.fs).servers : [address];
    const reverse = parseIp(name) !== undefined;
    const got = await ask(p, servers, reverse ? [reverseName(name)] : candidates(p, name), reverse ? "PTR" : type);
    if (got.answer.kind === "silent") {
      const line = `;; communications error to ${got.answer.server}#53: ${got.answer.why === "refused" ? "connection refused" : "timed out"}\n`;
      await p.out(`${line.repeat(3)};; no servers could be reached\n\n`);
      return 1;
    }
    const { reply } = got.answer;
    let out = reverse ? "" : `Server:\t\t${server ?? got.answer.server}\nAddress:\t${got.answer.server}#53\n\n`;
    if (reply.rcode !== "NOERROR") {
      out += `** server can't find ${reverse ? reverseName(name) : got.name}: ${reply.rcode}\n\n`;
      await p.out(out);
      return 1;
    }
    if (!reply.authoritative && !reverse) out += "Non-authoritative answer:\n";
    for (const r of reply.answers) {
      if (r.type === "A" || r.type === "AAAA") out += `Name:\t${r.name}\nAddress: ${r.data}\n`;
      else if (r.type === "CNAME") out += `${r.name}\tcanonical name = ${dot(r.data)}\n`;
      else if (r.type === "PTR") out += `${r.name}\tname = ${dot(r.data)}\n`;
      else out += `${r.name}\t${r.type.toLowerCase()} = ${data(r)}\n`;
    }
    if (reply.answers.length === 0) out += `*** Can't find ${name}: No answer\n`;
    await p.out(`${out}\n`);
    return reply.answers.length > 0 ? 0 : 1;
  },
};
