/** The programs etcdctl and etcdutl, as far as operators use them: health, status, members, keys, snapshots. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { goErrno } from "../../../net/http.ts";
import type { EtcdRequest, RangeReply } from "../../apiserver/etcd-messages.ts";
import { durationText, FlagError, parseDuration, parsePflags, type FlagTable, type ParsedFlags } from "../flags.ts";
import { callEtcd, endpointUrl, type EtcdAccess, type EtcdResult } from "./client.ts";
import { clusterId, memberId } from "./identity.ts";
import { timestamp } from "./log.ts";
import { databasePath } from "./state.ts";
import { emptyDatabase, type Database, type Member } from "./store.ts";

const flags: FlagTable = {
  endpoints: "list",
  cacert: "string",
  cert: "string",
  key: "string",
  "insecure-skip-tls-verify": "bool",
  "insecure-transport": "bool",
  "dial-timeout": "duration",
  "command-timeout": "duration",
  "write-out": "string",
  cluster: "bool",
  prefix: "bool",
  "keys-only": "bool",
  "print-value-only": "bool",
  "count-only": "bool",
  "from-key": "bool",
  limit: "int",
  hex: "bool",
  debug: "bool",
  consistency: "string",
  "prev-kv": "bool",
  "peer-urls": "list",
  learner: "bool",
  "data-dir": "string",
  name: "string",
  "initial-cluster": "string",
  "initial-cluster-token": "string",
  "initial-advertise-peer-urls": "string",
  "skip-hash-check": "bool",
  "bump-revision": "int",
  "mark-compacted": "bool",
  "wal-dir": "string",
  physical: "bool",
  help: "bool",
};

/** Ends with `Error: text` and a status (etcdctl/ctlv3/command/error.go). */
class Failure extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

interface Session {
  p: Proc;
  values: Record<string, string>;
  endpoints: string[];
  access(endpoint: string): EtcdAccess;
  table: boolean;
}

function open(p: Proc, parsed: ParsedFlags): Session {
  // ETCDCTL_CACERT and its kin stand in for flags
  const values: Record<string, string> = {};
  for (const name of Object.keys(flags)) {
    const fromEnv = p.env[`ETCDCTL_${name.toUpperCase().replaceAll("-", "_")}`];
    if (fromEnv !== undefined) values[name] = fromEnv;
  }
  Object.assign(values, parsed.values);
  const read = (name: string): string | undefined => {
    const path = values[name];
    if (path === undefined || path === "") return undefined;
    try {
      return p.fs.readText(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(`open ${path}: ${goErrno(error.code)}`, 128);
    }
  };
  const [ca, certificate, key] = [read("cacert"), read("cert"), read("key")];
  if ((certificate === undefined) !== (key === undefined))
    throw new Failure(`empty string is passed to --${certificate === undefined ? "cert" : "key"} option`, 128);
  const output = values["write-out"] ?? "simple";
  if (!["simple", "table", "json", "fields"].includes(output)) throw new Failure("unsupported output format", 128);
  return {
    p,
    values,
    endpoints: (values.endpoints ?? "127.0.0.1:2379").split(","),
    access: (endpoint) => ({
      endpoint: (ca !== undefined || certificate !== undefined) && !/^https?:/.test(endpoint) ? `https://${endpoint}` : endpoint,
      ca,
      certificate,
      key,
      insecure: values["insecure-skip-tls-verify"] === "true",
    }),
    table: output === "table",
  };
}

/** Asks one endpoint; what never answers takes the command's time-out (5 s). */
async function ask<T>(s: Session, endpoint: string, request: EtcdRequest): Promise<EtcdResult<T>> {
  const limit = parseDuration(s.values["command-timeout"] ?? "5s") ?? 5000;
  const result = callEtcd<T>(s.p, s.access(endpoint), request);
  if (result.ok) return result;
  // the client dials again until its time is over
  if (result.unreachable) {
    await s.p.sleep(limit);
    await s.p.err(
      `${JSON.stringify({ level: "warn", ts: timestamp(s.p), logger: "etcd-client", caller: "v3@v3.5.0/retry_interceptor.go:65", msg: "retrying of unary invoker failed", target: `etcd-endpoints://0xc000000000/${endpoint.replace(/^https?:\/\//, "")}`, attempt: 0, error: `rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = "transport: ${result.detail.startsWith("dial ") ? `Error while dialing: ${result.detail}` : `authentication handshake failed: ${result.detail}`}"` })}\n`,
    );
    return { ...result, detail: "context deadline exceeded" };
  }
  if (result.after > limit) {
    await s.p.sleep(limit);
    return { ...result, detail: "context deadline exceeded" };
  }
  await s.p.sleep(result.after);
  return result;
}

async function first<T>(s: Session, request: EtcdRequest): Promise<T> {
  let last = "context deadline exceeded";
  for (const endpoint of s.endpoints) {
    const result = await ask<T>(s, endpoint, request);
    if (result.ok) return result.body;
    last = result.detail;
    if (!result.unreachable) break;
  }
  throw new Failure(last);
}

function asTable(header: string[], rows: string[][]): string {
  const all = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((r) => r[i]!.length)));
  const rule = `+${widths.map((w) => "-".repeat(w + 2)).join("+")}+`;
  const line = (cells: string[], middle: boolean): string =>
    `|${cells
      .map((cell, i) => {
        const space = widths[i]! - cell.length;
        // tablewriter centres headings and puts numbers to the right
        if (middle) return ` ${" ".repeat(Math.floor(space / 2))}${cell}${" ".repeat(Math.ceil(space / 2))} `;
        return /^-?\d+(\.\d+)?%?$/.test(cell) ? ` ${cell.padStart(widths[i]!)} ` : ` ${cell.padEnd(widths[i]!)} `;
      })
      .join("|")}|`;
  return [rule, line(header, true), rule, ...rows.map((r) => line(r, false)), rule, ""].join("\n");
}

/** go-humanize's Bytes: 20 kB, 5.2 MB. */
function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ["kB", "MB", "GB"];
  let value = n;
  let unit = -1;
  while (value >= 1000 && unit < 2) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? Math.floor(value * 10 + 0.5) / 10 : Math.floor(value + 0.5)} ${units[unit]}`;
}

async function memberList(s: Session): Promise<Member[]> {
  return (await first<{ members: Member[] }>(s, { op: "memberList" })).members;
}

async function targets(s: Session): Promise<string[]> {
  if (s.values.cluster !== "true") return s.endpoints;
  return (await memberList(s)).flatMap((m) => m.clientUrls);
}

async function endpointHealth(s: Session): Promise<number> {
  const rows: string[][] = [];
  let sick = 0;
  for (const endpoint of await targets(s)) {
    const start = s.p.now;
    const result = await ask(s, endpoint, { op: "range", key: "health" });
    await s.p.sleep(1);
    const took = `${((s.p.now - start) / 1).toFixed(6)}ms`;
    const error = result.ok ? "" : result.detail;
    if (!result.ok) sick++;
    if (s.table) rows.push([endpoint, String(result.ok), took, error]);
    else if (result.ok) await s.p.out(`${endpoint} is healthy: successfully committed proposal: took = ${took}\n`);
    else await s.p.err(`${endpoint} is unhealthy: failed to commit proposal: ${error}\n`);
  }
  if (s.table) await s.p.out(asTable(["ENDPOINT", "HEALTH", "TOOK", "ERROR"], rows));
  if (sick > 0) throw new Failure("unhealthy cluster");
  return 0;
}

interface Status {
  version: string;
  dbSize: number;
  dbSizeInUse: number;
  leader: string;
  raftIndex: number;
  raftAppliedIndex: number;
  raftTerm: number;
  isLearner: boolean;
  errors: string[];
  dbSizeQuota: number;
}

async function endpointStatus(s: Session): Promise<number> {
  const rows: string[][] = [];
  let failed = 0;
  const newer = !s.p.state.version.startsWith("3.4") && !s.p.state.version.startsWith("3.5");
  for (const endpoint of await targets(s)) {
    const result = await ask<Status>(s, endpoint, { op: "status" });
    if (!result.ok) {
      failed++;
      await s.p.err(`Failed to get the status of endpoint ${endpoint} (${result.detail})\n`);
      continue;
    }
    const b = result.body;
    const { memberId: id } = result.reply.header;
    rows.push([
      endpoint,
      id,
      b.version,
      ...(newer ? [`${b.version.replace(/\.\d+$/, "")}.0`] : []),
      bytes(b.dbSize),
      ...(newer ? [bytes(b.dbSizeInUse), `${Math.round(((b.dbSize - b.dbSizeInUse) / b.dbSize) * 100)}%`, bytes(b.dbSizeQuota)] : []),
      String(b.leader === id),
      String(b.isLearner),
      String(b.raftTerm),
      String(b.raftIndex),
      String(b.raftAppliedIndex),
      b.errors.join(", "),
      ...(newer ? ["", "false"] : []),
    ]);
  }
  const header = newer
    ? [
        "ENDPOINT",
        "ID",
        "VERSION",
        "STORAGE VERSION",
        "DB SIZE",
        "IN USE",
        "PERCENTAGE NOT IN USE",
        "QUOTA",
        "IS LEADER",
        "IS LEARNER",
        "RAFT TERM",
        "RAFT INDEX",
        "RAFT APPLIED INDEX",
        "ERRORS",
        "DOWNGRADE TARGET VERSION",
        "DOWNGRADE ENABLED",
      ]
    : ["ENDPOINT", "ID", "VERSION", "DB SIZE", "IS LEADER", "IS LEARNER", "RAFT TERM", "RAFT INDEX", "RAFT APPLIED INDEX", "ERRORS"];
  if (rows.length > 0) await s.p.out(s.table ? asTable(header, rows) : rows.map((r) => `${r.join(", ")}\n`).join(""));
  return failed > 0 ? 1 : 0;
}

async function member(s: Session, verb: string | undefined, rest: string[]): Promise<number> {
  switch (verb) {
    case "list": {
      const rows = (await memberList(s)).map((m) => [
        m.id,
        m.name === "" ? "unstarted" : "started",
        m.name,
        m.peerUrls.join(","),
        m.clientUrls.join(","),
        String(m.learner),
      ]);
      await s.p.out(
        s.table
          ? asTable(["ID", "STATUS", "NAME", "PEER ADDRS", "CLIENT ADDRS", "IS LEARNER"], rows)
          : rows.map((r) => `${r.join(", ")}\n`).join(""),
      );
      return 0;
    }
    case "remove": {
      if (rest.length !== 1) throw new Failure("member ID is not provided", 128);
      await first(s, { op: "memberRemove", id: rest[0]!.padStart(16, "0") });
      const [any] = await memberList(s);
      await s.p.out(`Member ${rest[0]!.padStart(16, "0")} removed from cluster ${any ? await clusterOf(s) : ""}\n`);
      return 0;
    }
    case "add": {
      if (rest.length !== 1) throw new Failure("member name not provided", 128);
      const urls = (s.values["peer-urls"] ?? "").split(",").filter((u) => u !== "");
      if (urls.length === 0) throw new Failure("member peer urls not provided", 128);
      const body = await first<{ member: Member; members: Member[] }>(s, {
        op: "memberAdd",
        peerUrls: urls,
        learner: s.values.learner === "true",
      });
      const cluster = body.members.flatMap((m) => m.peerUrls.map((u) => `${m.id === body.member.id ? rest[0] : m.name}=${u}`)).join(",");
      await s.p.out(
        `Member ${body.member.id} added to cluster ${await clusterOf(s)}\n\nETCD_NAME=${JSON.stringify(rest[0])}\nETCD_INITIAL_CLUSTER=${JSON.stringify(cluster)}\nETCD_INITIAL_ADVERTISE_PEER_URLS=${JSON.stringify(urls.join(","))}\nETCD_INITIAL_CLUSTER_STATE="existing"\n`,
      );
      return 0;
    }
    case "promote":
      await first(s, { op: "memberPromote", id: rest[0] ?? "" });
      await s.p.out(`Member ${rest[0]} promoted in cluster ${await clusterOf(s)}\n`);
      return 0;
    case "update":
      await first(s, { op: "memberUpdate", id: rest[0] ?? "", peerUrls: (s.values["peer-urls"] ?? "").split(",") });
      await s.p.out(`Member ${rest[0]} updated in cluster ${await clusterOf(s)}\n`);
      return 0;
    default:
      return s.p.notSimulated(`etcdctl member ${verb ?? ""}`.trim());
  }
}

async function clusterOf(s: Session): Promise<string> {
  for (const endpoint of s.endpoints) {
    const result = await ask(s, endpoint, { op: "status" });
    if (result.ok) return result.reply.header.clusterId;
  }
  return "";
}

const shown = (value: unknown): string =>
  typeof value === "string" ? value : value instanceof Uint8Array ? Buffer.from(value).toString() : JSON.stringify(value);

async function get(s: Session, rest: string[]): Promise<number> {
  const [key, end] = rest;
  if (key === undefined) throw new Failure("get command needs one argument as key and an optional argument as range_end", 128);
  const { values } = s;
  const body = await first<RangeReply>(s, {
    op: "range",
    key,
    ...(values.prefix === "true" ? { prefix: true } : values["from-key"] === "true" ? { end: "\0" } : end === undefined ? {} : { end }),
    ...(values.limit === undefined ? {} : { limit: Number(values.limit) }),
    ...(values["count-only"] === "true" ? { countOnly: true } : {}),
    ...(values["keys-only"] === "true" ? { keysOnly: true } : {}),
    ...(values.consistency === "s" ? { serializable: true } : {}),
  });
  if ((values["write-out"] ?? "simple") !== "simple") s.p.notSimulated(`etcdctl get -w ${values["write-out"]}`);
  if (values["count-only"] === "true") return 0;
  for (const kv of body.kvs) {
    if (values["print-value-only"] !== "true") await s.p.out(`${kv.key}\n`);
    await s.p.out(values["keys-only"] === "true" ? "\n" : `${shown(kv.value)}\n`);
  }
  return 0;
}

async function snapshot(s: Session, verb: string | undefined, rest: string[]): Promise<number> {
  const [path] = rest;
  switch (verb) {
    case "save": {
      if (path === undefined) throw new Failure("snapshot save expects one argument", 128);
      const log = async (caller: string, msg: string, fields: Record<string, unknown>): Promise<void> =>
        s.p.err(`${JSON.stringify({ level: "info", ts: timestamp(s.p), caller, msg, ...fields })}\n`);
      await log("snapshot/v3_snapshot.go:65", "created temporary db file", { path: `${path}.part` });
      await log("snapshot/v3_snapshot.go:73", "fetching snapshot", { endpoint: s.endpoints[0] });
      const { database } = await first<{ database: Database }>(s, { op: "snapshot" });
      try {
        s.p.fs.removeAll(path);
        s.p.fs.write(path, "", { mode: 0o600 });
        s.p.fs.setContent(path, { object: database });
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        throw new Failure(`could not open ${path}.part (open ${path}.part: ${goErrno(error.code)})`);
      }
      await log("snapshot/v3_snapshot.go:88", "fetched snapshot", { endpoint: s.endpoints[0], size: bytes(database.size), took: "now" });
      await log("snapshot/v3_snapshot.go:97", "saved", { path });
      await s.p.out(`Snapshot saved at ${path}\n`);
      return 0;
    }
    case "status": {
      const db = readSnapshot(s.p, path);
      const row = [hashText(db), String(db.revision), String(Object.keys(db.kvs).length), bytes(db.size)];
      await s.p.out(s.table ? asTable(["HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE"], [row]) : `${row.join(", ")}\n`);
      return 0;
    }
    case "restore":
      return await restore(s, path);
    default:
      return s.p.notSimulated(`etcdctl snapshot ${verb ?? ""}`.trim());
  }
}

function hashText(db: Database): string {
  let hash = 2166136261;
  for (const [key, kv] of Object.entries(db.kvs))
    for (const char of `${key}@${kv.modRevision}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  return (hash >>> 0).toString(16);
}

/** A snapshot, or a database file copied from a member. */
function readSnapshot(p: Proc, path: string | undefined): Database {
  if (path === undefined) throw new Failure("snapshot command requires exactly one argument", 128);
  if (!p.fs.exists(path)) throw new Failure(`stat ${path}: no such file or directory`);
  const content = p.fs.content(path);
  if (typeof content === "object" && content !== null && "object" in content) return content.object as Database;
  try {
    const parsed = JSON.parse(p.fs.readText(path)) as Database;
    if (parsed.etcd === 3) return parsed;
  } catch {
    // not a database: said below
  }
  throw new Failure("invalid database");
}

async function restore(s: Session, path: string | undefined): Promise<number> {
  const { p, values } = s;
  const name = values.name ?? "default";
  const dataDir = p.fs.absolute(values["data-dir"] ?? `${name}.etcd`);
  const db = readSnapshot(p, path);
  if (p.fs.exists(dataDir) && (p.fs.readdir(dataDir).length > 0 || !p.fs.isDir(dataDir)))
    throw new Failure(`data-dir "${dataDir}" not empty or could not be read`);
  const advertised = values["initial-advertise-peer-urls"] ?? "http://localhost:2380";
  const token = values["initial-cluster-token"] ?? "etcd-cluster";
  const members = (values["initial-cluster"] ?? `${name}=${advertised}`).split(",").map((part): Member => {
    const cut = part.indexOf("=");
    const url = part.slice(cut + 1);
    return { id: memberId([url], token), name: part.slice(0, cut), peerUrls: [url], clientUrls: [], learner: false };
  });
  const mine = members.find((m) => m.name === name);
  if (!mine) throw new Failure(`couldn't find local name ${JSON.stringify(name)} in the initial cluster configuration`);
  const restored: Database = {
    ...emptyDatabase(
      clusterId(members.map((m) => m.id)),
      mine.id,
      members.map((m) => ({ ...m, name: "" })),
    ),
    kvs: { ...db.kvs },
    sizes: { ...db.sizes },
    revision: db.revision + Number(values["bump-revision"] ?? 0),
    compacted: values["mark-compacted"] === "true" ? db.revision + Number(values["bump-revision"] ?? 0) : db.compacted,
    size: db.size,
    inUse: db.inUse,
  };
  const log = async (msg: string, fields: Record<string, unknown>): Promise<void> =>
    p.err(`${JSON.stringify({ level: "info", ts: timestamp(p), caller: "snapshot/v3_snapshot.go:260", msg, ...fields })}\n`);
  await log("restoring snapshot", { path, "wal-dir": `${dataDir}/member/wal`, "data-dir": dataDir, "snap-dir": `${dataDir}/member/snap` });
  p.fs.mkdirp(`${dataDir}/member/snap`, 0o700);
  p.fs.mkdirp(`${dataDir}/member/wal`, 0o700);
  p.fs.chmod(dataDir, 0o700);
  p.fs.database(databasePath(dataDir), () => restored);
  for (const m of members)
    await log("added member", {
      "cluster-id": restored.clusterId,
      "local-member-id": "0",
      "added-peer-id": m.id,
      "added-peer-peer-urls": m.peerUrls,
    });
  await log("restored snapshot", { path, "wal-dir": `${dataDir}/member/wal`, "data-dir": dataDir, "snap-dir": `${dataDir}/member/snap` });
  return 0;
}

async function dispatch(p: Proc, tool: "etcdctl" | "etcdutl"): Promise<number> {
  const parsed = parsePflags(p.args, flags, { w: "write-out", h: "help" });
  const [command, ...rest] = parsed.rest;
  if (command === "version") {
    const version = p.state.version.replace(/-\d+$/, "");
    await p.out(`${tool} version: ${version}\nAPI version: ${version.replace(/\.\d+$/, "")}\n`);
    return 0;
  }
  if (parsed.values.help !== undefined || command === undefined) p.notSimulated(`${tool} help`);
  if (tool === "etcdctl" && p.env.ETCDCTL_API === "2") p.notSimulated("etcdctl with ETCDCTL_API=2");
  const s = open(p, parsed);
  if (tool === "etcdutl") {
    if (command === "snapshot" && (rest[0] === "status" || rest[0] === "restore")) return await snapshot(s, rest[0], rest.slice(1));
    return p.notSimulated(`etcdutl ${command}`);
  }
  switch (command) {
    case "endpoint":
      if (rest[0] === "health") return await endpointHealth(s);
      if (rest[0] === "status") return await endpointStatus(s);
      return p.notSimulated(`etcdctl endpoint ${rest[0] ?? ""}`.trim());
    case "member":
      return await member(s, rest[0], rest.slice(1));
    case "get":
      return await get(s, rest);
    case "put": {
      const [key, value] = rest;
      if (key === undefined) throw new Failure("put command needs 1 argument and input from stdin or 2 arguments", 128);
      await first(s, { op: "put", key, value: value ?? (await p.readAll()).toString() });
      await p.out("OK\n");
      return 0;
    }
    case "del": {
      const [key, end] = rest;
      if (key === undefined) throw new Failure("del command needs one argument as key and an optional argument as range_end", 128);
      const body = await first<{ deleted: number }>(s, {
        op: "deleteRange",
        key,
        ...(s.values.prefix === "true" ? { prefix: true } : end === undefined ? {} : { end }),
      });
      await p.out(`${body.deleted}\n`);
      return 0;
    }
    case "snapshot":
      if ((rest[0] === "status" || rest[0] === "restore") && p.state.version.startsWith("3.5"))
        await p.err(`Deprecated: Use \`etcdutl snapshot ${rest[0]}\` instead.\n\n`);
      else if ((rest[0] === "status" || rest[0] === "restore") && !p.state.version.startsWith("3.4"))
        throw new Failure(`unknown command "${rest[0]}" for "etcdctl snapshot"`);
      return await snapshot(s, rest[0], rest.slice(1));
    case "defrag": {
      for (const endpoint of await targets(s)) {
        const result = await ask(s, endpoint, { op: "defragment" });
        if (!result.ok) throw new Failure(`Failed to defragment etcd member[${endpoint}] (${result.detail})`);
        await p.out(`Finished defragmenting etcd member[${endpointUrl(endpoint)}]. took ${durationText(12)}\n`);
      }
      return 0;
    }
    case "compact": {
      const revision = Number(rest[0]);
      if (!Number.isInteger(revision)) throw new Failure("compact command needs 1 argument", 128);
      await first(s, { op: "compact", revision });
      await p.out(`compacted revision ${revision}\n`);
      return 0;
    }
    case "alarm": {
      if (rest[0] !== "list" && rest[0] !== "disarm") throw new Failure(`unknown command "${rest[0] ?? ""}" for "etcdctl alarm"`);
      const body = await first<{ alarms: { member: string; alarm: string }[] }>(s, {
        op: "alarm",
        action: rest[0] === "list" ? "get" : "deactivate",
      });
      for (const a of body.alarms) await p.out(`memberID:${BigInt(`0x${a.member}`)} alarm:${a.alarm} \n`);
      return 0;
    }
    case "move-leader": {
      await first(s, { op: "moveLeader", target: rest[0] ?? "" });
      await p.out(`Leadership transferred to ${rest[0]}\n`);
      return 0;
    }
    default:
      if (
        ["watch", "txn", "lease", "lock", "elect", "auth", "user", "role", "check", "make-mirror", "completion", "downgrade"].includes(
          command!,
        )
      )
        return p.notSimulated(`etcdctl ${command}`);
      throw new Failure(`unknown command "${command}" for "etcdctl"`);
  }
}

const program = (name: "etcdctl" | "etcdutl"): CommandProgram => ({
  name,
  async main(p: Proc): Promise<number> {
    try {
      return await dispatch(p, name);
    } catch (error) {
      if (!(error instanceof Failure) && !(error instanceof FlagError)) throw error;
      await p.err(`Error: ${error.message}\n`);
      return error instanceof Failure ? error.status : 1;
    }
  },
});

export const etcdctl = program("etcdctl");
export const etcdutl = program("etcdutl");
