/** /dev/tcp/HOST/PORT and /dev/udp/HOST/PORT in redirections. */
import { Errno, NotSimulated, strerror } from "../core/errno.ts";
import { OpenFile, type Bytes } from "../kernel/file.ts";
import type { Proc } from "../kernel/proc.ts";
import { RedirectionError } from "./expand.ts";
import type { Shell } from "./shell.ts";

class Connection extends OpenFile {
  readonly kind = "socket";
  readonly path: string;
  readonly #conn: number;
  readonly #p: Proc;
  #rest: Bytes = new Uint8Array();
  constructor(p: Proc, conn: number) {
    super();
    this.#p = p;
    this.#conn = conn;
    this.path = `socket:[${conn}]`;
  }
  protected override closed(): void {
    this.#p.net.shut(this.#conn);
  }
  override async read(max: number): Promise<Bytes> {
    if (this.#rest.length === 0) {
      const message = await this.#p.block(this.#p.net.receive(this.#conn));
      if (message === undefined) return new Uint8Array();
      if (!(message instanceof Uint8Array) && typeof message !== "string")
        throw new NotSimulated("raw bytes of this protocol over /dev/tcp");
      this.#rest = typeof message === "string" ? Buffer.from(message) : message;
    }
    const part = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(max);
    return part;
  }
  override write(data: Bytes): void {
    this.#p.net.send(this.#conn, new Uint8Array(data));
  }
}

/** Opens the connection; messages are bash's (netopen.c). */
export async function networkFile(sh: Shell, path: string, protocol: "tcp" | "udp", host: string, port: string): Promise<OpenFile> {
  if (protocol === "udp") throw new NotSimulated("/dev/udp");
  const number = /^\d+$/.test(port) ? Number(port) : serviceNumber(sh, port);
  if (number === undefined || number > 65535) {
    await sh.error(`${port}: Servname not supported for ai_socktype`);
    throw new RedirectionError(`${path}: ${strerror("EINVAL")}`);
  }
  const name = sh.p.net.resolve(host);
  await sh.p.sleep(name.took);
  if (!name.ok) {
    await sh.error(`${host}: ${name.code === "EAI_NONAME" ? "Name or service not known" : "Temporary failure in name resolution"}`);
    throw new RedirectionError(`${path}: ${strerror("EINVAL")}`);
  }
  const met = await sh.p.net.dial(name.addresses[0]!, number);
  if (!met.ok) {
    // sys_error(), which names no line
    await sh.p.err(`${sh.name0}: connect: ${strerror(met.code)}\n`);
    throw new RedirectionError(`${path}: ${strerror(met.code)}`);
  }
  if (met.conn === undefined) throw new Errno("EIO", path);
  return new Connection(sh.p, met.conn);
}

function serviceNumber(sh: Shell, name: string): number | undefined {
  const line = (sh.p.fs.tryReadText("/etc/services") ?? "")
    .split("\n")
    .find((l) => new RegExp(`^${name.replaceAll(/\W/g, "\\$&")}\\s+\\d+/tcp`).test(l));
  return line ? Number(/\d+/.exec(line.slice(name.length))![0]) : undefined;
}
