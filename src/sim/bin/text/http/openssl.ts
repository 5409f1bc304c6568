import { createHash } from "node:crypto";
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { httpConnect } from "../../../net/http.ts";
import {
  createKey,
  decodePem,
  encodePem,
  parsePrivateKey,
  parsePublicKey,
  publicKeyPem,
  publicOf,
  verifyChain,
  type Certificate,
} from "../../../pki/index.ts";
import { readInput } from "../command.ts";
import { dgst, digestNames, enc, output } from "./openssl-dgst.ts";
import { certificateText, certificateTime, distinguishedName, extensionTexts, firstCertificate, serialText } from "./x509-text.ts";

/** Options of openssl's commands: one dash; `=`: takes a value. Others are not simulated. */
type Table = Record<string, string>;

const tables: Table = {
  x509: "in= out= inform= outform= noout text dates startdate enddate subject issuer serial fingerprint pubkey checkend= ext= sha256 sha1 hash subject_hash modulus email checkhost= checkip= purpose",
  verify: "CAfile= untrusted=",
  pkey: "in= out= pubin pubout outform= inform= noout text check",
  rsa: "in= out= pubin pubout outform= inform= noout text check modulus",
  ec: "in= out= pubin pubout outform= inform= noout text check",
  dgst: `${digestNames.join(" ")} hex r c out= binary hmac=`,
  enc: "base64 a d e A in= out=",
  rand: "hex base64 out=",
  ecparam: "name= genkey noout out=",
  genpkey: "algorithm= pkeyopt= out=",
  s_client: "connect= servername= showcerts CAfile=",
  version: "v",
};
const others = [
  "req",
  "genrsa",
  "ca",
  "crl",
  "pkcs12",
  "pkcs8",
  "pkcs7",
  "s_server",
  "speed",
  "asn1parse",
  "ciphers",
  "passwd",
  "list",
  "ocsp",
  "smime",
  "cms",
  "dhparam",
  "dsa",
  "prime",
  "errstr",
  "rehash",
  "sess_id",
  "spkac",
  "srp",
  "storeutl",
  "ts",
  "info",
  "kdf",
  "mac",
  "pkeyutl",
  "pkeyparam",
  "rsautl",
  "gendsa",
  "engine",
  "fipsinstall",
  "cmp",
  "dsaparam",
  "nseq",
  "crl2pkcs7",
  "s_time",
  "help",
];

export const openssl: CommandProgram = {
  name: "openssl",
  async main(p) {
    const [given, ...args] = p.args;
    if (given === undefined) p.notSimulated("openssl's prompt");
    // a digest's name is a command, and so is base64
    const name = digestNames.includes(given!) ? "dgst" : given === "base64" ? "enc" : given;
    if (name !== given) args.unshift(`-${given}`);
    const table = tables[name!];
    if (table === undefined) {
      if (others.includes(name!)) p.notSimulated(`openssl ${name}`);
      await p.err(`Invalid command '${name}'; type "help" for a list.\n`);
      return 1;
    }
    const known = new Map(table.split(" ").map((w) => [w.replace(/=$/, ""), w.endsWith("=")]));
    const o = new Map<string, string>();
    const rest: string[] = [];
    for (let i = 0; i < args.length; i++) {
      const a = args[i]!;
      if (!a.startsWith("-") || a === "-") {
        rest.push(a);
        continue;
      }
      const key = a.replace(/^--?/, "");
      if (!known.has(key)) p.notSimulated(`openssl ${name} ${a}`);
      if (known.get(key) && i + 1 >= args.length) {
        await p.err(`${name}: Option -${key} needs a value\n${name}: Use -help for summary.\n`);
        return 1;
      }
      o.set(key, known.get(key) ? args[++i]! : "");
    }
    return commands[name as keyof typeof commands](p, o, rest);
  },
};

type Options = Map<string, string>;

async function input(p: Proc, o: Options): Promise<string | Errno> {
  try {
    const bytes = await readInput(p, o.get("in") ?? "-");
    return o.get("inform")?.toLowerCase() === "der" ? encodePem("CERTIFICATE", bytes) : bytes.toString("latin1");
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
}

const colons = (hex: string): string => hex.toUpperCase().replace(/..(?=.)/g, "$&:");

async function x509(p: Proc, o: Options): Promise<number> {
  const text = await input(p, o);
  if (text instanceof Errno) {
    await p.err(`Could not open file or uri for loading certificate from ${o.get("in")}: ${text.text}\nUnable to load certificate\n`);
    return 1;
  }
  const c = firstCertificate(text);
  if (!c) {
    await p.err(`Could not read certificate from ${o.get("in") ?? "<stdin>"}\nUnable to load certificate\n`);
    return 1;
  }
  for (const key of ["checkhost", "checkip", "purpose", "modulus", "hash", "subject_hash", "email"])
    if (o.has(key)) p.notSimulated(`openssl x509 -${key}`);
  const shown: Record<string, (c: Certificate) => string> = {
    text: certificateText,
    serial: (x) => `serial=${serialText(x)}\n`,
    issuer: (x) => `issuer=${distinguishedName(x.issuer)}\n`,
    subject: (x) => `subject=${distinguishedName(x.subject)}\n`,
    dates: (x) => `notBefore=${certificateTime(x.notBefore)}\nnotAfter=${certificateTime(x.notAfter)}\n`,
    startdate: (x) => `notBefore=${certificateTime(x.notBefore)}\n`,
    enddate: (x) => `notAfter=${certificateTime(x.notAfter)}\n`,
    fingerprint: (x) => {
      const name = o.has("sha256") ? "sha256" : "sha1";
      return `${name === "sha1" ? "SHA1" : "sha256"} Fingerprint=${colons(createHash(name).update(x.der).digest("hex"))}\n`;
    },
    pubkey: (x) => publicKeyPem(x.spki),
    ext: (x) => {
      const wanted = o.get("ext")!.split(",");
      const found = extensionTexts(x).filter((e) => wanted.includes(e.name));
      return found.length === 0 ? "No extensions matching name(s)\n" : found.map((e) => `${e.title}\n    ${e.value}\n`).join("");
    },
  };
  let out = "";
  for (const key of o.keys()) out += shown[key]?.(c) ?? "";
  let status = 0;
  const end = o.get("checkend");
  if (end !== undefined) {
    const expires = c.notAfter < p.now + Number(end) * 1000;
    out += expires ? "Certificate will expire\n" : "Certificate will not expire\n";
    status = expires ? 1 : 0;
  }
  if (out !== "") await p.out(out);
  if (!o.has("noout") && end === undefined)
    await output(
      p,
      o,
      o.get("outform")?.toLowerCase() === "der" ? c.der : c.pem.includes("-----BEGIN") ? c.pem : encodePem("CERTIFICATE", c.der),
    );
  return status;
}

/** X509_verify_cert's words for what crypto/x509 found. */
function verifyWords(c: Certificate, problem: string, now: number): [number, string] {
  if (now > c.notAfter) return [10, "certificate has expired"];
  if (now < c.notBefore) return [9, "certificate is not yet valid"];
  if (/unknown authority/.test(problem))
    return distinguishedName(c.issuer) === distinguishedName(c.subject)
      ? [18, "self-signed certificate"]
      : [20, "unable to get local issuer certificate"];
  return [26, "unsuitable certificate purpose"];
}

async function verify(p: Proc, o: Options, files: string[]): Promise<number> {
  const file = o.get("CAfile") ?? "/etc/ssl/certs/ca-certificates.crt";
  const roots = p.fs.tryReadText(file);
  if (roots === undefined && o.has("CAfile")) {
    await p.err(`Error loading file ${file}\n`);
    return 1;
  }
  const untrusted = o.get("untrusted");
  let status = 0;
  for (const name of files) {
    const c = firstCertificate(p.fs.tryReadText(name) ?? "");
    if (!c) {
      await p.err(
        `Could not ${p.fs.exists(name) ? "read" : "open file or uri for loading"} certificate file from ${name}\nUnable to load certificate file\n`,
      );
      status = 2;
      continue;
    }
    const chain = encodePem("CERTIFICATE", c.der) + (untrusted === undefined ? "" : (p.fs.tryReadText(untrusted) ?? ""));
    const problem = verifyChain({ chainPem: chain, rootsPem: roots ?? "", now: p.now, usage: "any" });
    if (problem === undefined) await p.out(`${name}: OK\n`);
    else {
      const [code, words] = verifyWords(c, problem, p.now);
      await p.err(`${distinguishedName(c.subject)}\nerror ${code} at 0 depth lookup: ${words}\nerror ${name}: verification failed\n`);
      status = 2;
    }
  }
  return status;
}

async function key(p: Proc, o: Options, kind: "pkey" | "rsa" | "ec"): Promise<number> {
  const text = await input(p, o);
  if (text instanceof Errno) {
    await p.err(`Could not open file or uri for loading ${o.has("pubin") ? "public" : "private"} key from ${o.get("in")}: ${text.text}\n`);
    return 1;
  }
  const spki = o.has("pubin") ? parsePublicKey(text) : publicOf(text);
  const bad = async (): Promise<number> => {
    await p.err(`Could not read ${o.has("pubin") ? "public" : "private"} key from ${o.get("in") ?? "<stdin>"}\n`);
    return 1;
  };
  if (!spki) return bad();
  if (o.has("text") || o.has("check") || o.has("modulus")) p.notSimulated(`openssl ${kind} -text, -check and -modulus`);
  if (kind === "rsa" && parsePublicKey(publicKeyPem(spki)) && !isRsa(spki)) {
    await p.err("Not an RSA key\n");
    return 1;
  }
  if (kind === "ec") await p.err("read EC key\n");
  if (kind === "rsa") await p.err("writing RSA key\n");
  else if (kind === "ec" && !o.has("noout")) await p.err("writing EC key\n");
  if (o.has("noout")) return 0;
  const der = o.get("outform")?.toLowerCase() === "der";
  if (o.has("pubin") || o.has("pubout")) await output(p, o, der ? spki : publicKeyPem(spki));
  else {
    const own = parsePrivateKey(text);
    if (!own) return bad();
    await output(p, o, der ? decodePem(own.privatePem)[0]!.der : own.privatePem);
  }
  return 0;
}

/** The algorithm identifier of RSA: 1.2.840.113549.1.1.1. */
const isRsa = (spki: Uint8Array): boolean => Buffer.from(spki).includes(Buffer.from("2a864886f70d010101", "hex"));

async function rand(p: Proc, o: Options, rest: string[]): Promise<number> {
  const n = Number(rest[0]);
  if (!(n >= 0)) {
    await p.err("Extra arguments given.\nrand: Use -help for summary.\n");
    return 1;
  }
  const bytes = Buffer.from(p.machine.random("openssl-rand").bytes(n));
  await output(
    p,
    o,
    o.has("hex") ? `${bytes.toString("hex")}\n` : o.has("base64") ? `${bytes.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}\n` : bytes,
  );
  return 0;
}

async function generate(p: Proc, o: Options): Promise<number> {
  if (!o.has("genkey") && !o.has("algorithm")) p.notSimulated("openssl ecparam without -genkey");
  const curve = o.get("name") ?? o.get("pkeyopt") ?? "";
  if (!/(prime256v1|P-256)$/.test(curve) || (o.has("algorithm") && o.get("algorithm") !== "EC"))
    p.notSimulated("openssl keys other than prime256v1");
  await output(p, o, createKey(p.machine.random("openssl-key")).privatePem);
  return 0;
}

async function client(p: Proc, o: Options): Promise<number> {
  const target = o.get("connect") ?? "";
  const m = /^\[?([^\]]+?)\]?:(\d+)$/.exec(target);
  if (!m) {
    await p.err("s_client: -connect argument or target parameter malformed or ambiguous\n");
    return 1;
  }
  const met = httpConnect(p, {
    url: `https://${m[1]!.includes(":") ? `[${m[1]}]` : m[1]}:${m[2]}/`,
    tls: { insecure: true, ...(o.has("servername") ? { serverName: o.get("servername") } : {}) },
  });
  if (!met.ok) {
    if (met.after === Infinity) await p.sleep(127_000);
    else await p.sleep(met.after);
    await p.err(
      met.phase === "resolve"
        ? `${m[1]}:error: getaddrinfo: Name or service not known\nconnect:errno=22\n`
        : met.phase === "connect"
          ? `connect: ${met.code === "ECONNREFUSED" ? "Connection refused" : met.code === "ETIMEDOUT" ? "Connection timed out" : "No route to host"}\nconnect:errno=${met.code === "ECONNREFUSED" ? 111 : met.code === "ETIMEDOUT" ? 110 : 113}\n`
          : "SSL routines: wrong version number\n",
    );
    return 1;
  }
  const hello = met.connection.tls?.hello;
  p.net.shut(met.connection.conn);
  if (!hello || !("certificate" in hello)) return p.notSimulated("openssl s_client to a site of the Internet");
  const c = firstCertificate(hello.certificate)!;
  const roots = o.has("CAfile")
    ? (p.fs.tryReadText(o.get("CAfile")!) ?? "")
    : (p.fs.tryReadText("/etc/ssl/certs/ca-certificates.crt") ?? "");
  const problem = verifyChain({ chainPem: hello.certificate, rootsPem: roots, now: p.now, usage: "any" });
  const [code, words] = problem === undefined ? [0, "ok"] : verifyWords(c, problem, p.now);
  await p.out(
    `CONNECTED(00000003)\n---\nCertificate chain\n 0 s:${distinguishedName(c.subject)}\n   i:${distinguishedName(c.issuer)}\n${o.has("showcerts") ? encodePem("CERTIFICATE", c.der) : ""}---\nServer certificate\n${encodePem("CERTIFICATE", c.der)}subject=${distinguishedName(c.subject)}\nissuer=${distinguishedName(c.issuer)}\n---\nVerification${code === 0 ? ": OK" : ` error: ${words}`}\n---\nNew, TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256\nVerify return code: ${code} (${words})\n---\n`,
  );
  return 0;
}

const commands = {
  x509,
  verify,
  pkey: (p: Proc, o: Options) => key(p, o, "pkey"),
  rsa: (p: Proc, o: Options) => key(p, o, "rsa"),
  ec: (p: Proc, o: Options) => key(p, o, "ec"),
  dgst,
  enc,
  rand,
  ecparam: generate,
  genpkey: generate,
  s_client: client,
  version: async (p: Proc): Promise<number> => {
    await p.out("OpenSSL 3.0.13 30 Jan 2024 (Library: OpenSSL 3.0.13 30 Jan 2024)\n");
    return 0;
  },
} satisfies Record<string, (p: Proc, o: Options, rest: string[]) => Promise<number>>;
