/** The program etcd: one member, as kubeadm's static pod runs it. */
import { copy } from "../../../core/copy.ts";
import { Errno } from "../../../core/errno.ts";
import type { Data, Obj } from "../../../core/json.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { DaemonProgram } from "../../../kernel/program.ts";
import { goErrno } from "../../../net/http.ts";
import { checkKeyPair, parseCertificates } from "../../../pki/index.ts";
import { FlagError } from "../flags.ts";
import { parseEtcdFlags } from "./flags.ts";
import { clusterId, memberId } from "./identity.ts";
import { isZap, log, raftLog } from "./log.ts";
import { callPeer, lastFailure } from "./peers.ts";
import { becomeFollower, campaign, onElection, onHeartbeat, propose, scheduleElection } from "./raft.ts";
import { publish, serve } from "./serve.ts";
import { databaseOf, databasePath, noticeRemoval, setDatabase, stateOf } from "./state.ts";
import { emptyDatabase, type Database, type Member } from "./store.ts";

const defaults: Record<string, string> = {
  name: "default",
  "listen-client-urls": "http://localhost:2379",
  "advertise-client-urls": "http://localhost:2379",
  "listen-peer-urls": "http://localhost:2380",
  "initial-advertise-peer-urls": "http://localhost:2380",
  "initial-cluster-state": "new",
  "initial-cluster-token": "etcd-cluster",
};

const list = (text: string | undefined): string[] => (text ?? "").split(",").filter((u) => u !== "");

/** Ends the process the way etcdmain does when the server cannot start. */
function fatal(p: Proc, error: string): never {
  log(p, "fatal", "etcdmain/etcd.go:204", "discovery failed", { error, stacktrace: "" }, { pkg: "etcdmain", text: error });
  p.exit(1);
}

function start(p: Proc): void {
  let flags: Record<string, string>;
  try {
    const parsed = parseEtcdFlags(p.args);
    if (parsed.beyond.length > 0) p.notSimulated(`etcd --${parsed.beyond[0]}`);
    if (parsed.rest.length > 0) throw new FlagError(`'${parsed.rest[0]}' is not a valid flag`);
    ({ values: flags } = parsed);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    p.log(error.message);
    p.log(
      "Usage:\n\n  etcd [flags]\n    Start an etcd server.\n\n  etcd --version\n    Show the version of etcd.\n\n  etcd -h | --help\n    Show the help information about etcd.",
    );
    p.exit(2);
  }
  const version = p.state.version.replace(/-\d+$/, "");
  if (flags.version !== undefined) {
    p.log(
      `etcd Version: ${version}\nGit SHA: Not provided (use ./build instead of go build)\nGo Version: go1.24.11\nGo OS/Arch: linux/amd64`,
      1,
    );
    p.exit(0);
  }
  flags = { ...defaults, ...flags };
  flags["initial-cluster"] ??= `${flags.name}=${flags["initial-advertise-peer-urls"]}`;
  const dataDir = flags["data-dir"] ?? `${flags.name}.etcd`;
  Object.assign(p.data, {
    flags,
    dataDir: p.fs.absolute(dataDir),
    role: "follower",
    leader: "",
    heard: p.now,
    ready: false,
    ports: { peer: [], metrics: [] },
    watches: [],
    peers: {},
    clientCa: "",
    peerCa: "",
  });
  announce(p, version);
  loadTrust(p);
  listen(p);
  const db = openDatabase(p);
  setDatabase(p, db);
  p.watch(`${stateOf(p).dataDir}/member/snap`);
  log(
    p,
    "info",
    "etcdserver/server.go:860",
    "starting etcd server",
    { "local-member-id": db.memberId, "local-server-version": version, "cluster-version": "to_be_decided" },
    {
      pkg: "etcdserver",
      text: `starting server... [version: ${version}, cluster version: to_be_decided]`,
    },
  );
  raftLog(p, `${db.memberId} became follower at term ${db.term}`);
  if (db.members.length === 1) {
    log(
      p,
      "info",
      "etcdserver/server.go:744",
      "started as single-node; fast-forwarding election ticks",
      { "local-member-id": db.memberId, "forward-ticks": 9, "forward-duration": "900ms", "election-ticks": 10, "election-timeout": "1s" },
      {
        pkg: "etcdserver",
        text: `${db.memberId} as single-node; fast-forwarding 9 ticks (election ticks 10)`,
      },
    );
    p.after(p.machine.random("etcd/election").int(100, 900), "campaign");
  } else scheduleElection(p);
}

function announce(p: Proc, version: string): void {
  const { flags, dataDir } = stateOf(p);
  if (isZap(p.state.version)) {
    log(p, "info", "etcdmain/etcd.go:64", "Running: ", { args: p.argv });
    log(p, "info", "embed/etcd.go:132", "configuring peer listeners", { "listen-peer-urls": list(flags["listen-peer-urls"]) });
    log(p, "info", "embed/etcd.go:140", "configuring client listeners", { "listen-client-urls": list(flags["listen-client-urls"]) });
    log(p, "info", "embed/etcd.go:310", "starting an etcd server", {
      "etcd-version": version,
      "data-dir": dataDir,
      name: flags.name,
      "initial-cluster": flags["initial-cluster"],
      "initial-cluster-state": flags["initial-cluster-state"],
    });
    return;
  }
  p.log("[WARNING] Deprecated '--logger=capnslog' flag is set; use '--logger=zap' flag instead");
  const lines: [string, string][] = [
    ["etcdmain", `etcd Version: ${version}`],
    ["etcdmain", "Go OS/Arch: linux/amd64"],
    ["embed", `name = ${flags.name}`],
    ["embed", `data dir = ${dataDir}`],
    ["embed", `member dir = ${dataDir}/member`],
    ["embed", "heartbeat = 100ms"],
    ["embed", "election = 1000ms"],
    ["embed", `advertise client URLs = ${flags["advertise-client-urls"]}`],
  ];
  for (const [pkg, text] of lines) log(p, "info", "", "", {}, { pkg, text });
}

/** Certificates must be there and fit when the listeners are made (client/pkg/transport/listener.go). */
function loadTrust(p: Proc): void {
  const s = stateOf(p);
  for (const prefix of ["peer-", ""]) {
    const certFile = s.flags[`${prefix}cert-file`];
    const keyFile = s.flags[`${prefix}key-file`];
    const caFile = s.flags[`${prefix}trusted-ca-file`];
    if (certFile === undefined && keyFile === undefined) continue;
    if (certFile === undefined || keyFile === undefined) fatal(p, "KeyFile and CertFile must both be present[key: , cert: ]");
    const read = (path: string): string => {
      try {
        return p.fs.readText(path);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        return fatal(p, `open ${path}: ${goErrno(error.code)}`);
      }
    };
    const problem = checkKeyPair(read(certFile), read(keyFile));
    if (problem) fatal(p, problem);
    if (caFile === undefined) continue;
    const ca = read(caFile);
    if (parseCertificates(ca).length === 0) fatal(p, `could not read CA certificate from ${caFile}`);
    if (prefix === "") s.clientCa = ca;
    else s.peerCa = ca;
  }
}

const hostOf = (url: URL): string => (url.hostname === "localhost" ? "127.0.0.1" : url.hostname.replace(/^\[|\]$/g, ""));

function listen(p: Proc): void {
  const { flags } = stateOf(p);
  for (const name of ["listen-peer-urls", "listen-client-urls", "listen-metrics-urls"]) {
    for (const text of list(flags[name])) {
      let url: URL;
      try {
        url = new URL(text);
      } catch {
        fatal(p, `parse "${text}": invalid URL`);
      }
      if (url.port === "" || (url.protocol !== "http:" && url.protocol !== "https:"))
        fatal(p, `URL scheme must be http, https, unix, or unixs: ${text}`);
      const host = hostOf(url);
      // etcd takes addresses only: a name would have to resolve before the cluster's DNS exists
      if (!/^[\d.]+$/.test(host) && !host.includes(":")) fatal(p, `expected IP in URL for binding (${text})`);
      try {
        const socket = p.net.listen("tcp", host, Number(url.port));
        if (name === "listen-peer-urls") stateOf(p).ports.peer.push(Number(url.port));
        if (name === "listen-metrics-urls") stateOf(p).ports.metrics.push(Number(url.port));
        // clients are let in when the member is ready; until then only the address is tried
        if (name === "listen-client-urls") p.net.close(socket);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        fatal(p, `listen tcp ${host}:${url.port}: bind: ${goErrno(error.code)}`);
      }
    }
  }
}

/** The member's database: what is on disk, or a new one for the role that the flags give. */
function openDatabase(p: Proc): Database {
  const s = stateOf(p);
  const path = databasePath(s.dataDir);
  if (p.fs.exists(path)) {
    const found = restored(p, path);
    if (found) return found;
    fatal(p, `failed to open backend: invalid database`);
  }
  const members = clusterOf(p);
  const mine = members.find((m) => m.name === s.flags.name);
  if (!mine) fatal(p, `couldn't find local name ${JSON.stringify(s.flags.name)} in the initial cluster configuration`);
  const advertised = list(s.flags["initial-advertise-peer-urls"]);
  if ([...advertised].sort().join() !== [...mine.peerUrls].sort().join())
    fatal(
      p,
      `--initial-cluster has ${s.flags.name}=${mine.peerUrls.join()} but missing from --initial-advertise-peer-urls=${advertised.join()} (resolved urls: ${mine.peerUrls.map((u) => `"${u}"`).join()} != ${advertised.map((u) => `"${u}"`).join()})`,
    );
  const existing = s.flags["initial-cluster-state"] === "existing";
  const cluster = existing
    ? fetchCluster(p, members, mine)
    : { id: clusterId(members.map((m) => m.id)), me: mine.id, members: members.map((m) => ({ ...m, name: "" })), term: 1 };
  const db = emptyDatabase(cluster.id, cluster.me, cluster.members);
  db.term = cluster.term;
  // a member that joins a running cluster has nothing until the leader sends it
  if (existing) db.index = 0;
  try {
    p.fs.mkdirp(`${s.dataDir}/member/snap`, 0o700);
    p.fs.mkdirp(`${s.dataDir}/member/wal`, 0o700);
    p.fs.write(`${s.dataDir}/member/wal/0000000000000000-0000000000000000.wal`, "", { mode: 0o600 });
    p.fs.setContent(`${s.dataDir}/member/wal/0000000000000000-0000000000000000.wal`, { extents: [{ fill: 0, length: 64_000_000 }] });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    fatal(p, `cannot access data directory: mkdir ${s.dataDir}/member: ${goErrno(error.code)}`);
  }
  const made = p.fs.database(path, () => db) as Database;
  log(
    p,
    "info",
    "etcdserver/raft.go:525",
    existing ? "starting local member" : "starting local member",
    { "local-member-id": db.memberId, "cluster-id": db.clusterId },
    {
      pkg: "etcdserver",
      text: `starting member ${db.memberId} in cluster ${db.clusterId}`,
    },
  );
  return made;
}

/** A database file; one that was copied as bytes becomes a database again. */
function restored(p: Proc, path: string): Database | undefined {
  const content = p.fs.content(path);
  let db = typeof content === "object" && content !== null && "object" in content ? (p.fs.database(path) as Database) : undefined;
  if (!db) {
    try {
      db = JSON.parse(p.fs.readText(path)) as Database;
    } catch {
      return undefined;
    }
    if ((db as Obj).etcd !== 3) return undefined;
    p.fs.setContent(path, { object: db });
    db = p.fs.database(path) as Database;
  }
  log(
    p,
    "info",
    "etcdserver/raft.go:540",
    "restarting local member",
    { "cluster-id": db.clusterId, "local-member-id": db.memberId, "commit-index": db.index },
    {
      pkg: "etcdserver",
      text: `restarting member ${db.memberId} in cluster ${db.clusterId} at commit index ${db.index}`,
    },
  );
  if (stateOf(p).flags["force-new-cluster"] === "true") db.members = db.members.filter((m) => m.id === db.memberId);
  return db;
}

function clusterOf(p: Proc): Member[] {
  const { flags } = stateOf(p);
  const byName = new Map<string, string[]>();
  for (const part of list(flags["initial-cluster"])) {
    const cut = part.indexOf("=");
    if (cut < 0) fatal(p, `error setting up initial cluster: invalid value ${JSON.stringify(part)}`);
    const name = part.slice(0, cut);
    byName.set(name, [...(byName.get(name) ?? []), part.slice(cut + 1)]);
  }
  return [...byName].map(([name, peerUrls]) => ({
    id: memberId(peerUrls, flags["initial-cluster-token"]!),
    name,
    peerUrls,
    clientUrls: [],
    learner: false,
  }));
}

/** Asks the running members who they are. */
function fetchCluster(p: Proc, members: Member[], mine: Member): { id: string; me: string; members: Member[]; term: number } {
  for (const peer of members) {
    if (peer === mine) continue;
    const reply = callPeer(p, peer, { id: "", clusterId: "", term: 0 }, { kind: "cluster" });
    if (!reply?.ok) continue;
    const found = reply.body as { clusterId: string; members: Member[]; term: number };
    if (found.members.length !== members.length)
      fatal(
        p,
        `error validating peerURLs {ClusterID:${found.clusterId} Members:[${found.members.map((m) => `&{ID:${m.id} RaftAttributes:{PeerURLs:[${m.peerUrls.join(" ")}] IsLearner:${m.learner}} Attributes:{Name:${m.name} ClientURLs:[${m.clientUrls.join(" ")}]}}`).join(" ")}] RemovedMemberIDs:[]}: member count is unequal`,
      );
    const me = found.members.find((m) => m.peerUrls.some((u) => mine.peerUrls.includes(u)));
    if (!me)
      fatal(
        p,
        `error validating peerURLs {ClusterID:${found.clusterId} Members:[] RemovedMemberIDs:[]}: unmatched member while checking PeerURLs`,
      );
    return { id: found.clusterId, me: me.id, members: copy(found.members), term: found.term };
  }
  log(p, "warn", "etcdserver/cluster_util.go:79", "failed to get cluster response", { error: lastFailure.get(p) ?? "" });
  return fatal(p, "cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs");
}

function ready(p: Proc): void {
  const s = stateOf(p);
  const db = databaseOf(p);
  const advertised = list(s.flags["advertise-client-urls"]);
  publish(p, db.memberId, s.flags.name!, advertised);
  if (s.ready) return;
  s.ready = true;
  log(
    p,
    "info",
    "etcdserver/server.go:1804",
    "published local member to cluster through raft",
    {
      "local-member-id": db.memberId,
      "local-member-attributes": `{Name:${s.flags.name} ClientURLs:[${advertised.join(" ")}]}`,
      "cluster-id": db.clusterId,
      "publish-timeout": "7s",
    },
    {
      pkg: "etcdserver",
      text: `published {Name:${s.flags.name} ClientURLs:[${advertised.join(" ")}]} to cluster ${db.clusterId}`,
    },
  );
  for (const text of list(s.flags["listen-client-urls"])) {
    const url = new URL(text);
    p.net.listen("tcp", hostOf(url), Number(url.port));
    const address = text.replace(/^https?:\/\//, "");
    log(p, "info", "embed/serve.go:124", "ready to serve client requests", {}, { pkg: "embed", text: "ready to serve client requests" });
    log(
      p,
      "info",
      "embed/serve.go:250",
      "serving client traffic securely",
      { traffic: "grpc+http", address },
      { pkg: "embed", text: `serving client requests on ${address}` },
    );
  }
}

export const etcd: DaemonProgram = {
  name: "etcd",
  start,
  serve,
  on(p: Proc, event: string, data: Data) {
    const s = stateOf(p);
    switch (event) {
      case "campaign":
        if (s.role !== "leader") campaign(p, databaseOf(p).members.length > 1);
        return;
      case "election":
        return onElection(p);
      case "heartbeat":
        return onHeartbeat(p, data as number);
      case "leading":
      case "following":
        return ready(p);
      case "lease": {
        const lease = databaseOf(p).leases[data as string];
        if (!lease || s.role !== "leader") return;
        if (lease.expires > p.now) p.after(lease.expires - p.now, "lease", lease.id);
        else propose(p, { op: "leaseRevoke", id: lease.id });
        return;
      }
      case "closed": {
        const { conn } = data as { conn: number };
        s.watches = s.watches.filter((w) => w.conn !== conn);
        for (const [id, peer] of Object.entries(s.peers)) if (peer === conn) delete s.peers[id];
        return;
      }
      case "removed":
        log(p, "warn", "etcdserver/server.go:1177", "server error", { error: "the member has been permanently removed from the cluster" });
        log(p, "warn", "etcdserver/server.go:1178", "data-dir used by this member must be removed");
        return p.exit(0);
      case "inotify":
        return noticeRemoval(p);
    }
  },
  signal(p, signal) {
    if (signal !== "SIGTERM" && signal !== "SIGINT") return false;
    log(
      p,
      "info",
      "osutil/interrupt_unix.go:64",
      "received signal; shutting down",
      { signal: signal === "SIGTERM" ? "terminated" : "interrupt" },
      { pkg: "pkg/osutil", text: "received terminated signal, shutting down..." },
    );
    if (stateOf(p).role === "leader" && databaseOf(p).members.length > 1) becomeFollower(p, databaseOf(p).term, "");
    p.finish({ code: 0, signal });
    return true;
  },
};
