/** traceroute (2.1.5), tracepath (iputils 20240117) and telnet (inetutils 2.5). */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { parseIp } from "../../net/ip.ts";
import { services } from "../../net/netfilter/ports.ts";
import { bytesIn } from "./nc.ts";

const marks: Record<string, string> = { net: " !N", host: " !H", prohibited: " !X", "admin-prohibited": " !X", "frag-needed": " !F" };

export const traceroute: CommandProgram = {
  name: "traceroute",
  async main(p) {
    let [hops, wait, queries, numeric] = [30, 5000, 3, false];
    let host: string | undefined;
    const args = [...p.args];
    for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
      const match = /^-([mwq])(.*)$/.exec(arg);
      if (match) {
        const value = Number(match[2] === "" ? args.shift() : match[2]);
        if (match[1] === "m") hops = value;
        else if (match[1] === "w") wait = value * 1000;
        else queries = value;
      } else if (arg === "-n") numeric = true;
      else if (arg === "-I" || arg === "--icmp" || arg === "-4") continue;
      else if (arg.startsWith("-")) throw new NotSimulated(`traceroute ${arg}`);
      else host ??= arg;
    }
    if (host === undefined) throw new NotSimulated("traceroute without a host");
    const found = p.net.resolve(host);
    if (!found.ok) {
      await p.sleep(found.took);
      await p.err(
        `${host}: ${found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known"}\nCannot handle "host" cmdline arg \`${host}' on position 1 (argc 1)\n`,
      );
      return 2;
    }
    const ip = found.addresses[0]!;
    await p.out(`traceroute to ${host} (${ip}), ${hops} hops max, 60 byte packets\n`);
    for (let ttl = 1; ttl <= hops; ttl++) {
      let line = `${String(ttl).padStart(2)} `;
      let last = "";
      let over = false;
      for (let q = 0; q < queries; q++) {
        const got = p.net.ping(ip, { ttl, size: 32 });
        if (!got.ok && got.kind === "local") {
          await p.err(`connect: ${new Errno(got.code).text}\n`);
          return 1;
        }
        if (!got.ok && got.kind === "lost") {
          line += " *";
          await p.sleep(q === 0 ? wait : 0);
          continue;
        }
        const from = got.from;
        const rtt = got.ok ? got.rtt : 0.2 + p.machine.random("net/rtt").float() * 0.5;
        if (from !== last) line += numeric ? ` ${from} ` : ` ${from} (${from}) `;
        last = from;
        const mark = got.ok ? "" : got.code === "time-exceeded" || got.code === "port" ? "" : (marks[got.code] ?? "");
        if (!got.ok && (got.after ?? 0) > 0) await p.sleep(q === 0 ? got.after! : 0);
        line += ` ${(got.ok ? rtt : rtt + (got.after ?? 0)).toFixed(3)} ms${mark}`;
        over ||= got.ok || got.code !== "time-exceeded";
      }
      await p.out(`${line}\n`);
      if (over) return 0;
    }
    return 0;
  },
};

export const tracepath: CommandProgram = {
  name: "tracepath",
  async main(p) {
    const host = p.args.find((a) => !a.startsWith("-"));
    for (const arg of p.args) if (arg.startsWith("-") && arg !== "-n" && arg !== "-4") throw new NotSimulated(`tracepath ${arg}`);
    if (host === undefined) throw new NotSimulated("tracepath without a host");
    const found = p.net.resolve(host);
    if (!found.ok) {
      await p.sleep(found.took);
      await p.err(
        `tracepath: ${host}: ${found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known"}\n`,
      );
      return 1;
    }
    const ip = found.addresses[0]!;
    const ns = p.machine.world.network.ns(p.machine.name, p.state.netns);
    const decision = ns.lookup({ dst: parseIp(ip)! });
    const mtu = decision.kind === "unicast" ? decision.link.mtu : 65_535;
    if (decision.kind !== "local") await p.out(` 1?: [LOCALHOST]                      pmtu ${mtu}\n`);
    for (let ttl = 1; ttl <= 30; ttl++) {
      const got = p.net.ping(ip, { ttl });
      if (!got.ok && got.kind === "lost") {
        await p.sleep(3000);
        await p.out(`${String(ttl).padStart(2)}:  no reply\n`);
        continue;
      }
      if (!got.ok && got.kind === "local") {
        await p.err(`tracepath: sendto: ${new Errno(got.code).text}\n`);
        return 1;
      }
      const from = "from" in got ? got.from : ip;
      const rtt = got.ok ? got.rtt : 0.3;
      const reached = got.ok;
      await p.out(
        `${String(ttl).padStart(2)}:  ${from.padEnd(52)}  ${rtt.toFixed(3)}ms ${reached ? "reached" : !got.ok && got.kind === "unreachable" && got.code === "host" ? "!H" : ""}\n`,
      );
      if (reached) {
        await p.out(`     Resume: pmtu ${mtu} hops ${ttl} back ${ttl} \n`);
        return 0;
      }
      if (got.kind === "unreachable" && got.code !== "time-exceeded") return 1;
    }
    await p.out(`     Too many hops: pmtu ${mtu}\n     Resume: pmtu ${mtu} \n`);
    return 0;
  },
};

export const telnet: CommandProgram = {
  name: "telnet",
  async main(p) {
    const [host, portText = "23", ...more] = p.args;
    if (host === undefined || host.startsWith("-") || more.length > 0) throw new NotSimulated(`telnet ${p.args.join(" ")}`);
    const port = /^\d+$/.test(portText) ? Number(portText) : services[portText];
    if (port === undefined) {
      await p.err(`telnet: tcp/${portText}: unknown service\n`);
      return 1;
    }
    const found = p.net.resolve(host);
    if (!found.ok) {
      await p.sleep(found.took);
      await p.err(
        `telnet: could not resolve ${host}/${portText}: ${found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known"}\n`,
      );
      return 1;
    }
    const ip = found.addresses[0]!;
    await p.out(`Trying ${ip}...\n`);
    const result = await p.net.dial(ip, port);
    if (!result.ok) {
      await p.err(`telnet: Unable to connect to remote host: ${new Errno(result.code).text}\n`);
      return 1;
    }
    const { conn } = result;
    await p.out(`Connected to ${host}.\nEscape character is '^]'.\n`);
    const { tcp } = p.machine.world.network;
    const closed = async (): Promise<number> => {
      await p.out("Connection closed by foreign host.\n");
      return 1;
    };
    const incoming = (async () => {
      for (let message = await p.net.receive(conn); message !== undefined; message = await p.net.receive(conn))
        await p.write(1, bytesIn(message));
    })().catch((error: unknown) => {
      if (!(error instanceof Errno)) throw error;
    });
    const outgoing = (async () => {
      for await (const line of p.lines()) {
        const message = { type: "bytes", bytes: new Uint8Array(Buffer.from(`${line}\r\n`)) };
        if (!tcp.answers(conn, p.machine.name, p.pid)) {
          if (!p.net.isOpen(conn)) return;
          p.net.send(conn, message);
          continue;
        }
        const answer = p.net.exchange(conn, message);
        if (!answer.ok || answer.reply === undefined) return;
        await p.write(1, bytesIn(answer.reply));
      }
    })();
    await Promise.race([incoming, outgoing]);
    p.net.shut(conn);
    return closed();
  },
};
