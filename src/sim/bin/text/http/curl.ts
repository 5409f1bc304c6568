import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { trustStore } from "../../../net/tls.ts";
import { commonName, parseCertificates } from "../../../pki/index.ts";
import { readInput } from "../command.ts";
import { BadOption, optionTable, parseOptions, type Options } from "../options.ts";
import { curlOptions, reasons } from "./options.ts";
import { transfer, type Transferred, type TransferEvent } from "./transfer.ts";
import { writeOut, type Facts } from "./write-out.ts";

const version = "8.5.0";
const openssl = "OpenSSL/3.0.13";
const hint = "curl: try 'curl --help' or 'curl --manual' for more information\n";

export const curl: CommandProgram = {
  name: "curl",
  async main(p) {
    let o: Options;
    try {
      o = parseOptions("curl", optionTable(curlOptions), p.args);
    } catch (error) {
      if (!(error instanceof BadOption)) throw error;
      await p.err(`curl: ${curlWords(error.message)}\n${hint}`);
      return 2;
    }
    if (o.has("V")) {
      await p.out(
        `curl ${version} (x86_64-pc-linux-gnu) libcurl/${version} ${openssl} zlib/1.3\nRelease-Date: 2023-12-06, security patched: 8.5.0-2ubuntu10.6\nProtocols: http https\nFeatures: alt-svc AsynchDNS HSTS HTTP2 HTTPS-proxy IPv6 Largefile libz SSL UnixSockets\n`,
      );
      return 0;
    }
    if (o.has("h")) {
      await p.out(
        "Usage: curl [options...] <url>\n -d, --data <data>          HTTP POST data\n -f, --fail                 Fail fast with no output on HTTP errors\n -i, --include              Include response headers in output\n -o, --output <file>        Write to file instead of stdout\n -O, --remote-name          Write output to file named as remote file\n -s, --silent               Silent mode\n -u, --user <user:password> Server user and password\n -v, --verbose              Make the operation more talkative\n",
      );
      return 0;
    }
    const wrong = badNumber(o);
    if (wrong !== undefined) {
      await p.err(`curl: ${wrong}\n${hint}`);
      return 2;
    }
    const urls = [...o.values("url"), ...o.operands];
    if (urls.length === 0) {
      await p.err(`curl: (2) no URL specified\n${hint}`);
      return 2;
    }
    let status = 0;
    const outputs = o.list.filter(([k]) => k === "o" || k === "O");
    for (const [i, url] of urls.entries()) {
      const given = outputs[i] ?? (o.has("remote-name-all") ? (["O", ""] as [string, string]) : undefined);
      status = await new Session(p, o).fetch(url, given);
      if (status !== 0 && o.has("fail-early")) break;
    }
    return status;
  },
};

/** curl's own wording of getopt's complaints. */
function curlWords(text: string): string {
  const name = /'([^']*)'/.exec(text)?.[1] ?? "";
  const dashed = name.startsWith("-") ? name : `-${name}`;
  if (text.includes("requires an argument")) return `option ${dashed}: requires parameter`;
  if (text.includes("ambiguous")) return `option ${/option '([^'=]*)/.exec(text)![1]}: is ambiguous`;
  return `option ${dashed}: is unknown`;
}

const numeric = ["m", "connect-timeout", "retry", "retry-delay", "retry-max-time", "max-redirs"];

/** What is wrong with the numbers among the options. */
function badNumber(o: Options): string | undefined {
  for (const [key, value] of o.list) {
    if (!numeric.includes(key)) continue;
    const shape = /^(m|connect-timeout)$/.test(key) ? /^-?\d+(\.\d*)?$|^-?\.\d+$/ : /^-?\d+$/;
    const kind = !shape.test(value)
      ? "proper"
      : value.startsWith("-") && !(key === "max-redirs" && value === "-1")
        ? "positive"
        : undefined;
    if (kind !== undefined) return `option ${key.length === 1 ? "-" : "--"}${key}: expected a ${kind} numerical parameter`;
  }
  return undefined;
}

class Session {
  readonly #p: Proc;
  readonly #o: Options;
  constructor(p: Proc, o: Options) {
    this.#p = p;
    this.#o = o;
  }

  get #silent(): boolean {
    return this.#o.has("s");
  }

  async #error(code: number, text: string): Promise<number> {
    if (!this.#silent || this.#o.has("S")) await this.#p.err(`curl: (${code}) ${text}\n`);
    return code;
  }

  async fetch(given: string, output: [string, string] | undefined): Promise<number> {
    const o = this.#o;
    const p = this.#p;
    const began = p.now;
    const most = Number(o.value("retry") ?? "0");
    const pause = o.value("retry-delay");
    let wait = 1000;
    for (let tries = 0; ; tries++) {
      const last = { status: 0, transient: "" };
      const status = await this.#once(given, output, last, tries >= most);
      const retryable = last.transient !== "" || (o.has("retry-all-errors") && status !== 0);
      const limit = Number(o.value("retry-max-time") ?? "0") * 1000;
      if (tries >= most || !retryable || (limit > 0 && p.now - began > limit)) return status;
      const ms = pause === undefined ? wait : Number(pause) * 1000;
      const left = most - tries;
      if (!this.#silent || o.has("S"))
        await p.err(
          `Warning: Problem : ${last.transient || "(retrying all errors)"}. Will retry in ${ms / 1000} second${ms === 1000 ? "" : "s"}. \nWarning: ${left} retr${left === 1 ? "y" : "ies"} left.\n`,
        );
      await p.sleep(ms);
      wait = Math.min(wait * 2, 600_000);
    }
  }

  async #body(): Promise<{ body?: string | Uint8Array; type?: string } | number> {
    const o = this.#o;
    const p = this.#p;
    const parts: Buffer[] = [];
    let any = false;
    let json = false;
    for (const [key, value] of o.list) {
      if (!["d", "data-raw", "data-binary", "data-urlencode", "data-ascii", "json"].includes(key)) continue;
      let piece: Buffer;
      if (value.startsWith("@") && key !== "data-raw") {
        try {
          piece = await readInput(p, value.slice(1));
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          await p.err(
            `curl: Failed to open ${value.slice(1)}\ncurl: option ${key.length === 1 ? "-" : "--"}${key}: error encountered when reading a file\n${hint}`,
          );
          return 26;
        }
        if (key === "d" || key === "data-ascii") piece = Buffer.from(piece.toString("latin1").replace(/[\r\n\0]/g, ""), "latin1");
      } else if (key === "data-urlencode") {
        const m = /^([^=@]*)=?(.*)$/s.exec(value)!;
        const name = value.includes("=") ? m[1]! : "";
        piece = Buffer.from((name === "" ? "" : `${name}=`) + encodeURIComponent(value.includes("=") ? m[2]! : value));
      } else piece = Buffer.from(value, "utf8");
      if (any && key !== "json") parts.push(Buffer.from("&"));
      parts.push(piece);
      any = true;
      json ||= key === "json";
    }
    if (any) return { body: Buffer.concat(parts), type: json ? "application/json" : "application/x-www-form-urlencoded" };
    const upload = o.value("T");
    if (upload === undefined) return {};
    try {
      return { body: await readInput(p, upload === "." ? "-" : upload) };
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      await p.err(`curl: cannot open '${upload}'\n${hint}`);
      return 26;
    }
  }

  async #once(given: string, output: [string, string] | undefined, last: { transient: string }, final: boolean): Promise<number> {
    const o = this.#o;
    const p = this.#p;
    let url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
    const scheme = /^([^:]+):/.exec(url)![1]!.toLowerCase();
    if (!o.has("g") && /[{}[\]]/.test(url.replace(/^https?:\/\/\[[0-9a-f:.]+\]/i, ""))) p.notSimulated("URL globbing in curl");
    if (!["http", "https"].includes(scheme)) {
      if (
        [
          "ftp",
          "ftps",
          "file",
          "scp",
          "sftp",
          "ws",
          "wss",
          "telnet",
          "ldap",
          "smtp",
          "imap",
          "tftp",
          "dict",
          "gopher",
          "mqtt",
          "rtsp",
        ].includes(scheme)
      )
        p.notSimulated(`curl ${scheme}://`);
      return this.#error(1, `Protocol "${scheme}" not supported or disabled in libcurl`);
    }
    const prepared = await this.#body();
    if (typeof prepared === "number") return prepared;
    let { body } = prepared;
    const query: string[] = [...o.values("url-query")];
    if (o.has("G") && body !== undefined) {
      query.push(Buffer.from(body).toString("utf8"));
      body = undefined;
    }
    if (query.length > 0) url += `${url.includes("?") ? "&" : "?"}${query.join("&")}`;
    let method = o.has("I") ? "HEAD" : body !== undefined ? (o.value("T") === undefined ? "POST" : "PUT") : "GET";
    const custom = o.value("X");
    if (custom !== undefined) method = custom;
    const headers = this.#headers(body, prepared.type);
    const tls = await this.#tls(url);
    if (typeof tls === "number") return tls;
    const milliseconds = (key: string, fallback: number): number =>
      o.value(key) === undefined ? fallback : Math.round(Number(o.value(key)) * 1000);
    let redirects = 0;
    const began = p.now;
    for (;;) {
      const lines: string[] = [];
      const verbose = o.has("v");
      const say = (line: string): void => {
        if (verbose) lines.push(line);
      };
      const host = url;
      const result = await transfer(p, {
        method,
        url,
        headers,
        ...(body === undefined ? {} : { body }),
        tls,
        connectTimeout: milliseconds("connect-timeout", 300_000),
        totalTimeout: milliseconds("m", 0),
        fixed: (name, port) => this.#fixed(name, port),
        ...(o.value("interface") === undefined
          ? {}
          : /^[\d.]+$/.test(o.value("interface")!)
            ? { source: o.value("interface") }
            : { device: o.value("interface") }),
        ...(o.value("unix-socket") === undefined ? {} : { unix: o.value("unix-socket") }),
        note: (event) => this.#narrate(event, host, tls.insecure === true, say),
      });
      if (verbose && lines.length > 0) await p.err(lines.map((line) => `${line}\n`).join(""));
      const facts: Facts = { url, method, redirects, result, began, now: p.now, exit: 0, error: "", redirect: "" };
      if (!result.ok) {
        const [code, text, transient] = await this.#failure(result, url, milliseconds("m", 0), milliseconds("connect-timeout", 300_000));
        last.transient = transient;
        if (final || transient === "") await this.#meter(0, p.now - began, output, false);
        facts.exit = code;
        facts.error = text;
        await this.#finishOut(facts);
        return this.#error(code, text);
      }
      const { response } = result;
      const status = response.status;
      const http2 = result.secure && !o.has("http1.1", "http1.0");
      if (verbose) await p.err(this.#conversation(result, method, headers, http2));
      const location = response.headers.location;
      if (location !== undefined && status >= 300 && status < 400) facts.redirect = new URL(location, url).href;
      if (o.has("i", "I") && !(o.has("f") && status >= 400))
        await this.#write(
          output,
          url,
          Buffer.from(headText(response.status, response.headers, result.body.length, http2, method)),
          redirects > 0,
        );
      if (o.has("L", "location-trusted") && facts.redirect !== "") {
        if (++redirects > Number(o.value("max-redirs") ?? "50")) {
          await this.#finishOut({ ...facts, exit: 47 });
          return this.#error(47, `Maximum (${o.value("max-redirs") ?? "50"}) redirects followed`);
        }
        if (verbose) await p.err(`* Issue another request to this URL: '${facts.redirect}'\n`);
        if ((status === 303 || ((status === 301 || status === 302) && method === "POST")) && custom === undefined) {
          if (method !== "HEAD") method = "GET";
          body = undefined;
          delete headers["content-type"];
          delete headers["content-length"];
        }
        if (new URL(facts.redirect).host !== new URL(url).host && !o.has("location-trusted")) delete headers.authorization;
        url = facts.redirect;
        continue;
      }
      if (/^(408|429|500|502|503|504)$/.test(String(status))) last.transient = `HTTP error`;
      const failing = status >= 400 && o.has("f", "fail-with-body");
      const shown = failing && !o.has("fail-with-body") ? Buffer.alloc(0) : result.body;
      await this.#meter(shown.length, p.now - began, output, true);
      if (shown.length > 0 || (output && !failing)) {
        try {
          await this.#write(output, given, shown, redirects > 0 || o.has("i", "I"));
        } catch (error) {
          if (!(error instanceof Errno) || error.code === "EPIPE") throw error;
          if (!this.#silent) await p.err(`Warning: Failed to open the file ${output?.[1]}: ${error.text}\n`);
          facts.exit = 23;
          await this.#finishOut(facts);
          return this.#error(23, "Failure writing output to destination");
        }
      }
      if (failing) {
        facts.exit = 22;
        facts.error = `The requested URL returned error: ${status}`;
      }
      await this.#finishOut(facts);
      return failing ? this.#error(22, facts.error) : 0;
    }
  }

  #headers(body: string | Uint8Array | undefined, type: string | undefined): Record<string, string> {
    const o = this.#o;
    const headers: Record<string, string> = { "user-agent": o.value("A") ?? `curl/${version}`, accept: "*/*" };
    if (o.has("json")) headers.accept = "application/json";
    if (body !== undefined) {
      if (type !== undefined) headers["content-type"] = type;
      headers["content-length"] = String(body.length);
    }
    const user = o.value("u");
    if (user !== undefined) headers.authorization = `Basic ${Buffer.from(user.includes(":") ? user : `${user}:`).toString("base64")}`;
    if (o.value("e") !== undefined) headers.referer = o.value("e")!;
    for (const line of o.values("H")) {
      const m = /^([^:;]+)([:;])\s*(.*)$/.exec(line);
      if (!m) continue;
      const name = m[1]!.toLowerCase();
      if (m[3] === "" && m[2] === ":") delete headers[name];
      else headers[name] = m[3]!;
    }
    return headers;
  }

  async #tls(url: string): Promise<{ ca?: string; insecure?: boolean; certificate?: string; key?: string } | number> {
    const o = this.#o;
    const p = this.#p;
    if (!/^https:/i.test(url) && !o.has("L")) return {};
    const tls: { ca?: string; insecure?: boolean; certificate?: string; key?: string } = {};
    if (o.has("k")) tls.insecure = true;
    const ca = o.value("cacert") ?? p.env.CURL_CA_BUNDLE ?? p.env.SSL_CERT_FILE;
    if (!tls.insecure && /^https:/i.test(url)) {
      const file = ca ?? trustStore;
      const text = p.fs.access(file, 4) && p.fs.isFile(file) ? p.fs.readText(file) : undefined;
      if (text === undefined || !text.includes("-----BEGIN")) return this.#error(77, `error setting certificate file: ${file}`);
      if (ca !== undefined) tls.ca = text;
    } else if (ca !== undefined) tls.ca = p.fs.tryReadText(ca) ?? "";
    const cert = o.value("E");
    if (cert !== undefined) {
      const file = cert.replace(/^((?:\\.|[^:])+):.*$/, "$1");
      const text = p.fs.access(file, 4) ? p.fs.readText(file) : undefined;
      if (text === undefined || !text.includes("-----BEGIN CERTIFICATE"))
        return this.#error(
          58,
          `could not load PEM client certificate from ${file}, OpenSSL error error:${text === undefined ? "80000002:system library::No such file or directory" : "0480006C:PEM routines::no start line"}, (no key found, wrong pass phrase, or wrong file format?)`,
        );
      tls.certificate = text;
      const keyFile = o.value("key") ?? file;
      const key = p.fs.access(keyFile, 4) ? p.fs.readText(keyFile) : undefined;
      if (key === undefined || !/-----BEGIN (\w+ )?PRIVATE KEY/.test(key))
        return this.#error(58, `unable to set private key file: '${keyFile}' type PEM`);
      tls.key = key;
    }
    return tls;
  }

  #fixed(name: string, port: number): string[] | undefined {
    for (const entry of this.#o.values("resolve")) {
      const m = /^[+-]?([^:]+):(\d+):(.+)$/.exec(entry);
      if (m && (m[1] === "*" || m[1]!.toLowerCase() === name.toLowerCase()) && Number(m[2]) === port)
        return m[3]!.split(",").map((ip) => ip.replace(/^\[|\]$/g, ""));
    }
    return name === "localhost" ? ["127.0.0.1"] : undefined;
  }

  /** Exit code, message, and for --retry the kind of transient trouble. */
  async #failure(r: Extract<Transferred, { ok: false }>, url: string, total: number, connect: number): Promise<[number, string, string]> {
    const o = this.#o;
    const where = `${r.host} port ${r.port}`;
    const ms = Math.round(r.elapsed);
    switch (r.phase) {
      case "url":
        return [3, "URL using bad/illegal format or missing URL", ""];
      case "resolve":
        if (r.code === "TIMEOUT") return [28, `Resolving timed out after ${ms} milliseconds`, "timeout"];
        return [6, `Could not resolve host: ${r.host}`, r.code === "EAI_AGAIN" ? "" : ""];
      case "connect":
        if (r.code === "TOTAL") return [28, `Connection timed out after ${total} milliseconds`, "timeout"];
        if (r.code === "CONNECT") return [28, `Failed to connect to ${where} after ${connect} ms: Timeout was reached`, "timeout"];
        if (o.value("unix-socket") !== undefined)
          return [7, `Failed to connect to ${where} after ${ms} ms: Couldn't connect to server`, ""];
        return [
          r.code === "ETIMEDOUT" ? 28 : 7,
          `Failed to connect to ${where} after ${ms} ms: Couldn't connect to server`,
          r.code === "ETIMEDOUT" ? "timeout" : o.has("retry-connrefused") && r.code === "ECONNREFUSED" ? "connection refused" : "",
        ];
      case "tls":
        return this.#tlsFailure(r, url, total);
      case "response":
        if (r.code === "TOTAL") return [28, `Operation timed out after ${total} milliseconds with 0 bytes received`, "timeout"];
        if (r.code === "ECONNRESET") return [56, "Recv failure: Connection reset by peer", ""];
        if (r.code === "NOT_HTTP") return [1, "Received HTTP/0.9 when not allowed", ""];
        return [52, "Empty reply from server", ""];
    }
  }

  #tlsFailure(r: Extract<Transferred, { ok: false }>, url: string, total: number): [number, string, string] {
    switch (r.code) {
      case "TOTAL":
        return [28, `SSL connection timeout`, "timeout"];
      case "CONNECT":
        return [28, "SSL connection timeout", "timeout"];
      case "NOT_TLS":
        return [35, `${openssl}: error:0A00010B:SSL routines::wrong version number`, ""];
      case "ALERT":
        return [56, `OpenSSL SSL_read: ${openssl}: error:${alertError(r.detail)}, errno 0`, ""];
      case "LOCAL":
        return [58, `unable to set private key file: '${this.#o.value("key") ?? this.#o.value("E")}' type PEM`, ""];
      case "ECONNRESET":
        return [35, "Recv failure: Connection reset by peer", ""];
      case "X509":
        return [60, certificateText(r.detail, r.host), ""];
      default:
        void total;
        return [35, `OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to ${new URL(url).hostname}:${r.port} `, ""];
    }
  }

  #narrate(event: TransferEvent, url: string, insecure: boolean, say: (line: string) => void): void {
    switch (event.kind) {
      case "resolved":
        say(`* Host ${event.host}:${new URL(url).port || (url.startsWith("https") ? 443 : 80)} was resolved.`);
        say("* IPv6: (none)");
        say(`* IPv4: ${event.addresses.join(", ")}`);
        return;
      case "trying":
        say(`*   Trying ${event.ip}:${event.port}...`);
        return;
      case "failed":
        say(`* connect to ${event.ip} port ${event.port} failed: ${errnoWords(event.code)}`);
        return;
      case "connected":
        say(`* Connected to ${event.host} (${event.ip}) port ${event.port}`);
        return;
      case "secured": {
        say("* ALPN: curl offers h2,http/1.1");
        say("* TLSv1.3 (OUT), TLS handshake, Client hello (1):");
        if (!insecure) say(`*  CAfile: ${this.#o.value("cacert") ?? trustStore}`);
        say("* TLSv1.3 (IN), TLS handshake, Server hello (2):");
        say("* TLSv1.3 (IN), TLS handshake, Certificate (11):");
        say("* TLSv1.3 (IN), TLS handshake, Finished (20):");
        say("* SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256 / X25519 / id-ecPublicKey");
        say("* ALPN: server accepted h2");
        const pem = "certificate" in event.hello ? event.hello.certificate : "";
        const [leaf] = pem === "" ? [] : parseCertificates(pem);
        if (leaf) {
          say("* Server certificate:");
          say(`*  subject: CN=${commonName(leaf.subject)}`);
          say(`*  start date: ${certificateDate(leaf.notBefore)}`);
          say(`*  expire date: ${certificateDate(leaf.notAfter)}`);
          say(`*  issuer: CN=${commonName(leaf.issuer)}`);
        }
        say(
          insecure
            ? "*  SSL certificate verify result: unable to get local issuer certificate (20), continuing anyway."
            : "*  SSL certificate verify ok.",
        );
        return;
      }
      case "sending":
        return;
    }
  }

  #conversation(r: Extract<Transferred, { ok: true }>, method: string, headers: Record<string, string>, http2: boolean): string {
    const send = `${method} ${r.target.path} HTTP/${http2 ? "2" : "1.1"}`;
    const sent = Object.entries({ host: r.target.hostHeader, ...headers }).map(
      ([k, v]) => `> ${http2 && k === "host" ? "Host" : canonical(k)}: ${v}`,
    );
    const got = headText(r.response.status, r.response.headers, r.body.length, http2, method)
      .split("\r\n")
      .slice(0, -1)
      .map((line) => `< ${line}`);
    return `> ${send}\n${sent.join("\n")}\n> \n${got.join("\n")}\n`;
  }

  async #write(output: [string, string] | undefined, url: string, data: Buffer, append: boolean): Promise<void> {
    const p = this.#p;
    if (!output || (output[0] === "o" && output[1] === "-")) return p.write(1, data);
    let path = output[0] === "o" ? output[1] : decodeURIComponent(/^[a-z]+:\/\/[^/]*\/(?:[^?#]*\/)?([^/?#]*)/i.exec(url)?.[1] ?? "");
    if (path === "") {
      await p.err("curl: Remote file name has no length!\n");
      throw new Errno("ENOENT", "");
    }
    const dir = this.#o.value("output-dir");
    if (dir !== undefined) path = `${dir}/${path}`;
    if (this.#o.has("create-dirs") && path.includes("/")) p.fs.mkdirp(path.slice(0, path.lastIndexOf("/")) || "/", 0o750);
    const file = p.open(path, { write: true, create: true, truncate: !append, append, mode: 0o666 }).retain();
    try {
      await file.write(data, p);
    } finally {
      file.release();
    }
  }

  /** The progress meter, as it stands at the end. */
  async #meter(size: number, ms: number, output: [string, string] | undefined, done: boolean): Promise<void> {
    const o = this.#o;
    const p = this.#p;
    const toTerminal = (!output || output[1] === "-") && p.file(1).isTerminal;
    if (this.#silent || o.has("no-progress-meter") || toTerminal) return;
    if (o.has("#")) return p.err(done ? `\r${"#".repeat(72)} 100.0%\n` : "");
    const head =
      "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n";
    const zero = "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";
    if (!done) {
      const spent = ms < 1000 ? "--:--:--" : clock(ms);
      return p.err(`${head}${zero}\r  0     0    0     0    0     0      0      0 --:--:-- ${spent} --:--:--     0\n`);
    }
    const speed = Math.round((size * 1000) / Math.max(1, ms));
    const percent = size === 0 ? "  0" : "100";
    const line = `\r${percent} ${units(size)}  ${percent} ${units(size)}    0     0 ${units(speed).padStart(6)}      0 ${ms < 1000 ? "--:--:--" : clock(ms).padStart(8)} ${ms < 1000 ? "--:--:--" : clock(ms).padStart(8)} --:--:-- ${units(speed)}\n`;
    return p.err(head + zero + line);
  }

  async #finishOut(facts: Facts): Promise<void> {
    const format = this.#o.value("w");
    if (format === undefined) return;
    const p = this.#p;
    const text = format.startsWith("@") ? (await readInput(p, format.slice(1))).toString("utf8") : format;
    const { out, err } = writeOut(text, facts);
    if (out !== "") await p.out(out);
    if (err !== "") await p.err(err);
  }
}

/** Five columns: 99999, then 9999k, 99.9M, 9999M. */
function units(n: number): string {
  if (n < 100_000) return String(n).padStart(5);
  const k = n / 1024;
  if (k < 10_000) return `${String(Math.floor(k)).padStart(4)}k`;
  const m = k / 1024;
  if (m < 100) return `${m.toFixed(1).padStart(4)}M`;
  return m < 10_000 ? `${String(Math.floor(m)).padStart(4)}M` : `${(m / 1024).toFixed(1).padStart(4)}G`;
}

function clock(ms: number): string {
  const s = Math.floor(ms / 1000);
  return `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}`.padStart(8);
}

const canonical = (name: string): string => name.replace(/(^|-)([a-z])/g, (_m, dash: string, c: string) => dash + c.toUpperCase());

function headText(status: number, headers: Record<string, string>, length: number, http2: boolean, method: string): string {
  const all: Record<string, string> = { ...headers };
  if (
    all["content-length"] === undefined &&
    all["transfer-encoding"] === undefined &&
    method !== "HEAD" &&
    status !== 204 &&
    status !== 304
  )
    all["content-length"] = String(length);
  const lines = Object.entries(all).map(([k, v]) => `${http2 ? k.toLowerCase() : canonical(k)}: ${v}`);
  return [http2 ? `HTTP/2 ${status} ` : `HTTP/1.1 ${status} ${reasons[status] ?? ""}`, ...lines, "", ""].join("\r\n");
}

function certificateDate(ms: number): string {
  const m = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(ms).toUTCString())!;
  return `${m[2]} ${m[1]!.padStart(2)} ${m[4]} ${m[3]} GMT`.replace(/ 0(\d) /, "  $1 ");
}

const errnoWords = (code: string): string =>
  code === "ECONNREFUSED"
    ? "Connection refused"
    : code === "EHOSTUNREACH"
      ? "No route to host"
      : code === "ENETUNREACH"
        ? "Network is unreachable"
        : code === "ETIMEDOUT"
          ? "Connection timed out"
          : code;

/** OpenSSL's numbers of TLS alerts (1000 + the alert's number, library 0A). */
function alertError(detail: string): string {
  if (detail.includes("certificate required")) return "0A00045C:SSL routines::tlsv13 alert certificate required";
  if (detail.includes("unknown certificate authority")) return "0A000418:SSL routines::tlsv1 alert unknown ca";
  if (detail.includes("expired")) return "0A000415:SSL routines::sslv3 alert certificate expired";
  if (detail.includes("bad certificate")) return "0A000412:SSL routines::sslv3 alert bad certificate";
  return "0A000410:SSL routines::sslv3 alert handshake failure";
}

/** OpenSSL's words for what crypto/x509 found wrong. */
function certificateText(detail: string, host: string): string {
  const more = `\nMore details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the legitimacy of the server and therefore could not\nestablish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the web page mentioned above.`;
  if (/is valid for|not valid for any names|doesn't contain any IP SANs|legacy Common Name/.test(detail))
    return `SSL: no alternative certificate subject name matches target host name '${host}'${more}`;
  const why = /is after/.test(detail)
    ? "certificate has expired"
    : /is before/.test(detail)
      ? "certificate is not yet valid"
      : /usage/.test(detail)
        ? "unsuitable certificate purpose"
        : "unable to get local issuer certificate";
  return `SSL certificate problem: ${why}${more}`;
}
