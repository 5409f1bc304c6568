/** nc (OpenBSD netcat, Debian patchlevel 1.226-1ubuntu2): messages recorded from the real tool. */
import { Errno, NotSimulated } from "../../core/errno.ts";
import type { Data } from "../../core/json.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import type { Proc } from "../../kernel/proc.ts";
import { services } from "../../net/netfilter/ports.ts";

const usage = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
	  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
	  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
	  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
	  [destination] [port]
`;

interface Options {
  listen: boolean;
  keep: boolean;
  udp: boolean;
  unix: boolean;
  zero: boolean;
  verbose: boolean;
  numeric: boolean;
  noStdin: boolean;
  shutdown: boolean;
  timeout: number | undefined;
  sourcePort: number | undefined;
  source: string | undefined;
  quit: number | undefined;
  ttl: number | undefined;
  words: string[];
}

class Failed extends Error {}

function parse(args: string[]): Options {
  const o: Options = {
    listen: false,
    keep: false,
    udp: false,
    unix: false,
    zero: false,
    verbose: false,
    numeric: false,
    noStdin: false,
    shutdown: false,
    timeout: undefined,
    sourcePort: undefined,
    source: undefined,
    quit: undefined,
    ttl: undefined,
    words: [],
  };
  let options = true;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (options && arg === "--") {
      options = false;
      continue;
    }
    if (!options || !arg.startsWith("-") || arg === "-") {
      o.words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const flag = arg[at]!;
      const value = (): string => {
        const rest = arg.slice(at + 1);
        at = arg.length;
        const next = rest !== "" ? rest : args[++i];
        if (next === undefined) throw new Failed(`nc: option requires an argument -- '${flag}'\n${usage}`);
        return next;
      };
      switch (flag) {
        case "l":
          o.listen = true;
          break;
        case "k":
          o.keep = true;
          break;
        case "u":
          o.udp = true;
          break;
        case "U":
          o.unix = true;
          break;
        case "z":
          o.zero = true;
          break;
        case "v":
          o.verbose = true;
          break;
        case "n":
          o.numeric = true;
          break;
        case "d":
          o.noStdin = true;
          break;
        case "N":
          o.shutdown = true;
          break;
        case "4":
          break;
        case "r":
          break;
        case "w": {
          const text = value();
          if (!/^\d+$/.test(text)) throw new Failed(`nc: timeout ${text.startsWith("-") ? "too small" : "invalid"}: ${text}`);
          o.timeout = Number(text) * 1000;
          break;
        }
        case "p":
          o.sourcePort = Number(value());
          break;
        case "s":
          o.source = value();
          break;
        case "q":
          o.quit = Number(value()) * 1000;
          break;
        case "M":
          o.ttl = Number(value());
          break;
        case "C":
        case "D":
        case "F":
        case "h":
        case "S":
        case "t":
        case "Z":
        case "I":
        case "i":
        case "m":
        case "O":
        case "P":
        case "T":
        case "V":
        case "W":
        case "X":
        case "x":
        case "6":
        case "b":
        case "o":
          throw new NotSimulated(`nc -${flag}`);
        default:
          throw new Failed(`nc: invalid option -- '${flag}'\n${usage.trimEnd()}`);
      }
    }
  }
  return o;
}

function portNumber(text: string): number {
  if (/^\d+$/.test(text)) {
    const port = Number(text);
    if (port < 1) throw new Failed(`nc: port number too small: ${text}`);
    if (port > 65535) throw new Failed(`nc: port number too large: ${text}`);
    return port;
  }
  const named = services[text];
  if (named === undefined) throw new Failed(`nc: port number invalid: ${text}`);
  return named;
}

function portList(text: string): number[] {
  const range = /^(\d+)-(\d+)$/.exec(text);
  if (!range) return [portNumber(text)];
  let [low, high] = [portNumber(range[1]!), portNumber(range[2]!)];
  if (low > high) [low, high] = [high, low];
  return Array.from({ length: high - low + 1 }, (_x, i) => low + i);
}

export const nc: CommandProgram = {
  name: "nc",
  async main(p) {
    let o: Options;
    try {
      o = parse(p.args);
      if (o.words.length === 0 && !(o.listen && o.sourcePort !== undefined)) {
        await p.err(usage);
        return 1;
      }
      if (o.unix) return await unixSocket(p, o);
      return o.listen ? await listen(p, o) : await connect(p, o);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      await p.err(`${error.message}\n`);
      return 1;
    }
  },
};

async function connect(p: Proc, o: Options): Promise<number> {
  const [host, portText] = o.words;
  if (portText === undefined) throw new Failed("nc: missing port number");
  const ports = portList(portText);
  const found = p.net.resolve(host!);
  if (!found.ok) {
    await p.sleep(found.took);
    throw new Failed(
      `nc: getaddrinfo for host "${host}" port ${ports[0]}: ${found.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known"}`,
    );
  }
  const ip = found.addresses[0]!;
  const where = ip === host ? host : `${host} (${ip})`;
  let status = 1;
  for (const port of ports) {
    const known = Object.entries(services).find(([, number]) => number === port)?.[0] ?? "*";
    const kind = `[${o.udp ? "udp" : "tcp"}/${o.numeric ? "*" : known}]`;
    if (o.udp) {
      const done = await datagrams(p, o, ip, port, `Connection to ${where} ${port} port ${kind} succeeded!\n`);
      if (done === 0) status = 0;
      if (!o.zero) return done;
      continue;
    }
    const result = await p.net.dial(ip, port, {
      source: o.source,
      sourcePort: o.sourcePort,
      ttl: o.ttl,
      ...(o.timeout === undefined ? {} : { timeout: o.timeout }),
    });
    if (!result.ok) {
      // with -w nc gives up itself, while errno still says EINPROGRESS
      const why =
        result.code === "ETIMEDOUT" && o.timeout !== undefined
          ? "timed out: Operation now in progress"
          : `failed: ${new Errno(result.code).text}`;
      if (o.verbose) await p.err(`nc: connect to ${where} port ${port} (tcp) ${why}\n`);
      continue;
    }
    if (o.verbose) await p.err(`Connection to ${where} ${port} port ${kind} succeeded!\n`);
    status = 0;
    if (o.zero) {
      p.net.shut(result.conn);
      continue;
    }
    await talk(p, o, result.conn);
    return 0;
  }
  return status;
}

/** UDP: with -z four probes, half a second apart, that may bring an ICMP error. */
async function datagrams(p: Proc, o: Options, ip: string, port: number, success: string): Promise<number> {
  const options = { source: o.source, sourcePort: o.sourcePort };
  if (o.zero) {
    for (let i = 0; i < 4; i++) {
      const got = p.net.ask(ip, port, { type: "bytes", bytes: Buffer.from("X") }, options);
      if (!got.ok && got.code !== "ETIMEDOUT") return 1;
      await p.sleep(o.verbose ? 500 : 250);
    }
    if (o.verbose) await p.err(success);
    return 0;
  }
  for await (const line of p.lines()) {
    const got = p.net.ask<Data>(ip, port, { type: "bytes", bytes: Buffer.from(`${line}\n`) }, options);
    if (got.ok) await p.write(1, bytesIn(got.reply));
    else if (got.code === "ECONNREFUSED") return 1;
  }
  if (o.timeout !== undefined) await p.sleep(o.timeout);
  return 0;
}

/** Text that a message stands for, as raw bytes on the wire would show it. */
export function bytesIn(message: unknown): Uint8Array {
  if (message instanceof Uint8Array) return message;
  if (typeof message === "string") return Buffer.from(message);
  if (typeof message === "object" && message !== null) {
    const { bytes } = message as { bytes?: unknown };
    if (bytes instanceof Uint8Array) return bytes;
    if (typeof bytes === "string") return Buffer.from(bytes);
  }
  return new Uint8Array();
}

/** Copies both ways until both directions have ended. */
async function talk(p: Proc, o: Options, conn: number): Promise<void> {
  let closed = false;
  const incoming = (async () => {
    try {
      for (;;) {
        const message = await p.net.receive(conn);
        if (message === undefined) break;
        await p.write(1, bytesIn(message));
      }
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
    closed = true;
  })();
  const outgoing = (async () => {
    if (o.noStdin) return;
    for (;;) {
      const part = await p.read(0);
      if (part.length === 0 || closed) break;
      const message = { type: "bytes", bytes: new Uint8Array(part) };
      if (!p.net.isOpen(conn)) break;
      const answer = p.machine.world.network.tcp.answers(conn, p.machine.name, p.pid) ? p.net.exchange<unknown>(conn, message) : undefined;
      if (answer === undefined) p.net.send(conn, message);
      else if (!answer.ok) {
        if (answer.code !== "ETIMEDOUT") break;
      } else if (answer.reply === undefined) {
        // a server that does not understand bytes closes
        p.net.shut(conn);
        closed = true;
        return;
      } else await p.write(1, bytesIn(answer.reply));
    }
    // the end of the input: with -N the connection is shut down for writing; with -q nc leaves after a while
    if (o.shutdown) p.net.shut(conn);
    if (o.quit !== undefined && o.quit >= 0) await p.sleep(o.quit);
  })();
  await Promise.race([incoming, outgoing.then(() => (o.quit !== undefined ? undefined : incoming))]);
  p.net.shut(conn);
}

async function listen(p: Proc, o: Options): Promise<number> {
  const [first, second] = o.words;
  const host = second === undefined && o.sourcePort === undefined ? undefined : o.sourcePort === undefined ? first : o.words[0];
  const port = portNumber(o.sourcePort === undefined ? (second ?? first!) : String(o.sourcePort));
  let ip = "0.0.0.0";
  if (host !== undefined) {
    const found = p.net.resolve(host);
    if (!found.ok) throw new Failed(`nc: getaddrinfo: Name or service not known`);
    ip = found.addresses[0]!;
  }
  let socket: number;
  try {
    socket = p.net.listen(o.udp ? "udp" : "tcp", ip, port, { accept: "stream" });
  } catch (error) {
    if (error instanceof Errno) throw new Failed(`nc: ${error.text}`);
    throw error;
  }
  if (o.verbose) await p.err(`${o.udp ? "Bound" : "Listening"} on ${ip} ${port}\n`);
  if (o.udp) {
    for (let known = false; ; known = true) {
      const { from, message } = await p.net.receiveFrom(socket);
      if (o.verbose && !known) await p.err(`Connection received on ${from.ip} ${from.port}\n`);
      await p.write(1, bytesIn(message));
    }
  }
  do {
    const { conn, peer } = await p.net.accept(socket);
    if (o.verbose) await p.err(`Connection received on ${peer.ip} ${peer.port}\n`);
    if (!o.keep) p.net.close(socket);
    await talk(p, o, conn);
  } while (o.keep);
  return 0;
}

async function unixSocket(p: Proc, o: Options): Promise<number> {
  if (o.listen) throw new NotSimulated("nc -lU");
  const result = p.net.connectUnix(o.words[0]!);
  if (!result.ok) throw new Failed(`nc: unix connect failed: ${new Errno(result.code).text}`);
  if (!o.zero) await talk(p, o, result.conn);
  return 0;
}
