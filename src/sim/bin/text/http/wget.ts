import { Errno } from "../../../core/errno.ts";
import { trustStore } from "../../../net/tls.ts";
import { momentOf, strftime, zoneOf } from "../calendar.ts";
import { command } from "../command.ts";
import { quote } from "../quote.ts";
import { humanSize } from "../file/size.ts";
import { reasons } from "./options.ts";
import { transfer, type Transferred } from "./transfer.ts";

export const wget = command({
  name: "wget",
  options:
    "q,quiet !nv !no-verbose ~v,verbose O,output-document= !o,output-file= no-check-certificate ca-certificate= !certificate= !private-key= T,timeout= connect-timeout= read-timeout= !dns-timeout= t,tries= S,server-response " +
    "P,directory-prefix= header= post-data= U,user-agent= method= body-data= max-redirect= spider ~progress= !show-progress !c,continue !N,timestamping !r,recursive !i,input-file= !b,background !n= retry-connrefused ~waitretry= 4,inet4-only !user= !password= ~no-proxy ~no-cache !m,mirror ~no-hsts !content-on-error",
  usageStatus: 2,
  version: "1.21.4 built on linux-gnu.",
  usage: "[OPTION]... [URL]...",
  summary: "GNU Wget 1.21.4, a non-interactive network retriever.",
  tryLine: "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) {
      await p.err("wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n");
      return 1;
    }
    let status = 0;
    for (const url of o.operands) status = (await new Fetch(c).get(url)) || status;
    return status;
  },
});

type Ctx = Parameters<Parameters<typeof command>[0]["run"]>[0];

class Fetch {
  readonly #c: Ctx;
  constructor(c: Ctx) {
    this.#c = c;
  }

  async #say(text: string): Promise<void> {
    if (!this.#c.o.has("q")) await this.#c.p.err(text);
  }

  get #stamp(): string {
    return strftime("%Y-%m-%d %H:%M:%S", momentOf(this.#c.p.now, zoneOf(this.#c.p)));
  }

  async get(given: string): Promise<number> {
    const { p, o } = this.#c;
    let url = /^[a-z]+:\/\//i.test(given) ? given : `http://${given}`;
    const host = new URL(url).hostname;
    if (!/^https?:/i.test(url)) p.notSimulated(`wget ${url.split(":")[0]}://`);
    const tries = Number(o.value("t") ?? "20") || Infinity;
    const seconds = (key: string, fallback: number): number => Number(o.value(key) ?? o.value("T") ?? fallback) * 1000;
    const headers: Record<string, string> = { "user-agent": o.value("U") ?? "Wget/1.21.4", accept: "*/*" };
    for (const line of o.values("header")) headers[line.split(":")[0]!.toLowerCase()] = line.slice(line.indexOf(":") + 1).trim();
    const body = o.value("post-data") ?? o.value("body-data");
    const ca = o.value("ca-certificate");
    let redirects = 0;
    for (let attempt = 1; ; attempt++) {
      await this.#say(`--${this.#stamp}--  ${attempt > 1 ? `(try:${String(attempt).padStart(2)})  ` : ""}${new URL(url).href}\n`);
      const target = new URL(url);
      const lines: string[] = [];
      const result = await transfer(p, {
        method: o.value("method") ?? (o.has("spider") ? "HEAD" : body === undefined ? "GET" : "POST"),
        url,
        headers,
        ...(body === undefined ? {} : { body }),
        tls: {
          ...(o.has("no-check-certificate") ? { insecure: true } : {}),
          ...(ca === undefined ? {} : { ca: p.fs.tryReadText(ca) ?? "" }),
        },
        connectTimeout: seconds("connect-timeout", 0),
        totalTimeout: seconds("read-timeout", 900),
        note: (e) => {
          if (e.kind === "resolved") lines.push(`Resolving ${e.host} (${e.host})... ${e.addresses.join(", ")}\n`);
          if (e.kind === "trying")
            lines.push(
              `Connecting to ${/^[\d.]+$/.test(target.hostname) ? `${e.ip}:${e.port}` : `${target.hostname} (${target.hostname})|${e.ip}|:${e.port}`}... `,
            );
          if (e.kind === "failed")
            lines.push(
              `failed: ${({ ECONNREFUSED: "Connection refused", ETIMEDOUT: "Connection timed out", EHOSTUNREACH: "No route to host", ENETUNREACH: "Network is unreachable" } as Record<string, string>)[e.code] ?? e.code}.\n`,
            );
          if (e.kind === "connected") lines.push("connected.\n");
        },
      });
      await this.#say(lines.join(""));
      if (!result.ok) {
        const code = await this.#failed(result, host, attempt, tries);
        if (code !== undefined) return code;
        await p.sleep(Math.min(attempt, 10) * 1000);
        continue;
      }
      const { response } = result;
      const reason = reasons[response.status] ?? "";
      await this.#say(
        `HTTP request sent, awaiting response... ${
          o.has("S")
            ? `\n  HTTP/1.1 ${response.status} ${reason}\n${Object.entries(response.headers)
                .map(([k, v]) => `  ${k}: ${v}\n`)
                .join("")}`
            : `${response.status} ${reason}\n`
        }`,
      );
      const location = response.headers.location;
      if (location !== undefined && response.status >= 300 && response.status < 400) {
        if (++redirects > Number(o.value("max-redirect") ?? "20")) {
          await this.#say(`${o.value("max-redirect") ?? "20"} redirections exceeded.\n`);
          return 8;
        }
        url = new URL(location, url).href;
        await this.#say(`Location: ${url} [following]\n`);
        attempt = 0;
        continue;
      }
      if (response.status >= 400) {
        await this.#say(`${this.#stamp} ERROR ${response.status}: ${reason || "(no description)"}.\n\n`);
        return 8;
      }
      return this.#store(result, url);
    }
  }

  async #failed(r: Extract<Transferred, { ok: false }>, host: string, attempt: number, tries: number): Promise<number | undefined> {
    const { p } = this.#c;
    if (r.phase === "resolve") {
      await this.#say(
        `Resolving ${host} (${host})... failed: ${r.code === "EAI_AGAIN" ? "Temporary failure in name resolution" : "Name or service not known"}.\n`,
      );
      await this.#say(`wget: unable to resolve host address ${quote(p, host)}\n`);
      return 4;
    }
    if (r.phase === "tls") {
      if (r.code === "X509") {
        const mismatch = /is valid for|IP SANs|not valid for any/.test(r.detail);
        await this.#say(
          mismatch
            ? `The certificate's owner does not match hostname ${quote(p, host)}\n`
            : `ERROR: cannot verify ${host}'s certificate:\n  ${/expired/.test(r.detail) ? "Issued certificate has expired." : "Unable to locally verify the issuer's authority."}\n`,
        );
        if (!p.fs.exists(trustStore) || !mismatch) await this.#say(`To connect to ${host} insecurely, use \`--no-check-certificate'.\n`);
        return 5;
      }
      await this.#say("Unable to establish SSL connection.\n");
      return 4;
    }
    if (r.phase === "connect" && r.code === "ECONNREFUSED" && !this.#c.o.has("retry-connrefused")) return 4;
    if (r.phase === "connect" && (r.code === "TOTAL" || r.code === "CONNECT")) await this.#say("failed: Connection timed out.\n");
    if (r.phase === "response")
      await this.#say(
        r.code === "EOF"
          ? "No data received.\n"
          : `Read error (${r.code === "TOTAL" ? "Connection timed out" : "Connection reset by peer"}) in headers.\n`,
      );
    if (attempt >= tries) {
      await this.#say("Giving up.\n\n");
      return 4;
    }
    await this.#say("Retrying.\n\n");
    return undefined;
  }

  async #store(r: Extract<Transferred, { ok: true }>, url: string): Promise<number> {
    const { p, o } = this.#c;
    const type = r.response.headers["content-type"];
    const size = r.body.length;
    await this.#say(
      `Length: ${size}${size >= 1024 ? ` (${humanSize(size)})` : ""}${type === undefined ? "" : ` [${type.split(";")[0]}]`}\n`,
    );
    if (o.has("spider")) {
      await this.#say("Remote file exists.\n\n");
      return 0;
    }
    const base = decodeURIComponent(new URL(url).pathname.split("/").at(-1)!) || "index.html";
    let path = o.value("O") ?? (o.value("P") === undefined ? base : `${o.value("P")}/${base}`);
    if (o.value("O") === undefined)
      for (let n = 1; p.fs.exists(path); n++) path = `${o.value("P") === undefined ? "" : `${o.value("P")}/`}${base}.${n}`;
    await this.#say(`Saving to: ${quote(p, path === "-" ? "STDOUT" : path)}\n\n`);
    try {
      if (path === "-") await p.write(1, r.body);
      else {
        if (path.includes("/")) p.fs.mkdirp(path.slice(0, path.lastIndexOf("/")) || "/");
        p.fs.write(path, r.body);
      }
    } catch (error) {
      if (!(error instanceof Errno) || error.code === "EPIPE") throw error;
      await this.#say(`${path}: ${error.text}\n\nCannot write to ${quote(p, path)} (${error.text}).\n`);
      return 3;
    }
    const speed = `${humanSize(Math.round((size * 1000) / Math.max(1, r.totalMs)))}B/s`;
    await this.#say(
      `\n${this.#stamp} (${speed}) - ${path === "-" ? "written to stdout" : `${quote(p, path)} saved`} [${size}/${size}]\n\n`,
    );
    return 0;
  }
}
