/** What a member answers: clients, peers, and health checks over HTTP. */
import type { Proc } from "../../../kernel/proc.ts";
import type { Incoming } from "../../../net/api.ts";
import { serveHttp, type HttpRequest, type HttpResponse } from "../../../net/http.ts";
import { clientProblem } from "../../../net/tls.ts";
import type { EtcdError, EtcdHeader, EtcdMessage, EtcdReply, EtcdRequest } from "../../apiserver/etcd-messages.ts";
import { memberId } from "./identity.ts";
import { log } from "./log.ts";
import { callPeer, type PeerBody, type PeerMessage, type PeerReply } from "./peers.ts";
import { commitMembers, confirmRead, onPeer, propose } from "./raft.ts";
import { databaseOf, others, stateOf } from "./state.ts";
import { copyDatabase, range, StoreError, type Database, type Member, type WriteRequest } from "./store.ts";
import { startWatch } from "./watch.ts";

/** Proposals without a majority: 5 s and two election time-outs (server/config/config.go, ReqTimeout). */
const requestTimeout = 7000;

const header = (db: Database): EtcdHeader => ({ revision: db.revision, memberId: db.memberId, clusterId: db.clusterId, raftTerm: db.term });
const failed = (code: EtcdError["code"], message: string, after = 0): EtcdError => ({ ok: false, code, message, after });
const timedOut = (): EtcdError => failed("Unavailable", "etcdserver: request timed out", requestTimeout);

const quotaOf = (p: Proc): number => {
  const set = Number(stateOf(p).flags["quota-backend-bytes"] ?? 0);
  return set > 0 ? set : 2 * 1024 ** 3;
};

export function serve(p: Proc, incoming: Incoming): unknown {
  const s = stateOf(p);
  const port = incoming.local.port;
  const isPeer = s.ports.peer.includes(port);
  const isMetrics = s.ports.metrics.includes(port);
  const message = incoming.message as EtcdMessage | PeerMessage | { type: string; serverName?: string };
  const prefix = isPeer ? "peer-" : "";
  const secure = !isMetrics && s.flags[`${prefix}cert-file`] !== undefined;
  const demands = secure && s.flags[`${prefix}client-cert-auth`] === "true";
  if (message.type === "tls-hello" && secure) {
    const certificate = p.fs.tryReadText(s.flags[`${prefix}cert-file`]!);
    return certificate === undefined ? { alert: "internal_error" } : { certificate, requestsClientCertificate: demands };
  }
  if (message.type === "etcd" || message.type === "etcd-peer") {
    if (demands) {
      const alert = clientProblem((message as EtcdMessage).clientCertificate, isPeer ? s.peerCa : s.clientCa, p.now);
      if (alert) {
        log(
          p,
          "warn",
          "embed/config_logging.go:170",
          isPeer ? "rejected connection on peer endpoint" : "rejected connection on client endpoint",
          {
            "remote-addr": `${incoming.peer.ip}:${incoming.peer.port}`,
            "server-name": "",
            error:
              alert === "certificate_required"
                ? "tls: client didn't provide a certificate"
                : "tls: failed to verify certificate: x509: certificate signed by unknown authority",
          },
        );
        return { alert };
      }
    }
    if (message.type === "etcd-peer") return isPeer ? answerPeer(p, message as PeerMessage) : undefined;
    if (!s.ready || isPeer) return undefined;
    return answer(p, (message as EtcdMessage).request, incoming.conn);
  }
  const certificate = secure ? p.fs.tryReadText(s.flags[`${prefix}cert-file`]!) : undefined;
  return serveHttp(
    p,
    incoming,
    { certificate, ...(demands ? { clientAuth: "require" as const, clientCa: isPeer ? s.peerCa : s.clientCa } : {}) },
    (request) => health(p, request),
  );
}

function answerPeer(p: Proc, message: PeerMessage): PeerReply {
  const db = databaseOf(p);
  const reply = (ok: boolean, body?: unknown): PeerReply => ({ ok, term: db.term, index: db.index, body });
  if (message.body.kind !== "cluster" && message.clusterId !== db.clusterId) return reply(false);
  if (message.body.kind !== "cluster" && !db.members.some((m) => m.id === message.from)) return reply(false, "removed");
  if (message.body.kind === "propose") {
    if (stateOf(p).role !== "leader") return reply(false);
    try {
      const done = propose(p, message.body.request);
      return reply(done !== undefined, done?.body);
    } catch (error) {
      if (error instanceof StoreError) return reply(true, { refused: { code: error.code, message: error.message } });
      throw error;
    }
  }
  if (message.body.kind === "membership") return reply(true, membership(p, message.body.request as unknown as MembershipRequest));
  if (message.body.kind === "publish") return reply(publish(p, message.body.id, message.body.name, message.body.clientUrls));
  const done = onPeer(p, message.from, message.term, message.body);
  return { ok: done.ok, term: db.term, index: db.index, body: done.body };
}

/** Records a member's name and client URLs, as a member does when it is ready. */
export function publish(p: Proc, id: string, name: string, clientUrls: string[]): boolean {
  const s = stateOf(p);
  const db = databaseOf(p);
  if (s.role !== "leader") return toLeader(p, { kind: "publish", id, name, clientUrls })?.ok === true;
  const member = db.members.find((m) => m.id === id);
  if (!member) return false;
  if (member.name === name && member.clientUrls.join() === clientUrls.join()) return true;
  return commitMembers(
    p,
    db.members.map((m) => (m.id === id ? { ...m, name, clientUrls } : m)),
  );
}

function toLeader(p: Proc, body: PeerBody): PeerReply | undefined {
  const db = databaseOf(p);
  const leader = others(p).find((m) => m.id === stateOf(p).leader);
  return leader && callPeer(p, leader, { id: db.memberId, clusterId: db.clusterId, term: db.term }, body);
}

function answer(p: Proc, request: EtcdRequest, conn: number): EtcdReply {
  const db = databaseOf(p);
  const ok = (body: unknown): EtcdReply => ({ ok: true, header: header(db), body });
  try {
    switch (request.op) {
      case "range":
        if (!request.serializable && !confirmRead(p)) return timedOut();
        return ok(range(db, request));
      case "put":
      case "txn":
      case "deleteRange":
      case "compact":
      case "leaseGrant":
      case "leaseRevoke":
      case "leaseKeepAlive":
        return commit(p, request);
      case "watch":
        startWatch(p, conn, request);
        return ok({});
      case "status":
        return ok({
          version: p.state.version.replace(/-\d+$/, ""),
          dbSize: db.size,
          dbSizeInUse: Math.min(db.size, db.inUse),
          leader: stateOf(p).leader === "" ? "0" : stateOf(p).leader,
          raftIndex: db.index,
          raftAppliedIndex: db.index,
          raftTerm: db.term,
          isLearner: db.members.find((m) => m.id === db.memberId)?.learner ?? false,
          errors: [
            ...(stateOf(p).leader === "" ? ["etcdserver: no leader"] : []),
            ...db.alarms.map((a) => `memberID:${BigInt(`0x${a.member}`)} alarm:${a.alarm} `),
          ],
          dbSizeQuota: quotaOf(p),
        });
      case "hash":
        return ok({ hash: hashOf(db), revision: db.revision });
      case "defragment":
        db.size = Math.ceil(db.inUse / 4096) * 4096;
        return ok({});
      case "snapshot":
        return ok({ database: copyDatabase(db) });
      case "alarm":
        return alarm(p, request);
      case "memberList":
        if (request.linearizable !== false && !confirmRead(p)) return timedOut();
        return ok({ members: db.members });
      default: {
        const done =
          stateOf(p).role === "leader"
            ? membership(p, request)
            : (toLeader(p, { kind: "membership", request })?.body as EtcdReply | undefined);
        return done ?? timedOut();
      }
    }
  } catch (error) {
    if (error instanceof StoreError) return failed(error.code, error.message);
    throw error;
  }
}

/** What a world holds: some thousand pods. Who wants a million of them must not take the memory that everybody lives on. */
const simulatedBytes = 12 * 1024 ** 2;

const newKeys = (request: WriteRequest): string[] =>
  (request.op === "put" ? [request] : request.op === "txn" ? [...request.success, ...(request.failure ?? [])] : []).flatMap((one) =>
    one.op === "put" ? [one.key] : [],
  );

function commit(p: Proc, request: WriteRequest): EtcdReply {
  const db = databaseOf(p);
  const grows = request.op === "put" || request.op === "txn" || request.op === "leaseGrant";
  if (grows && db.alarms.some((a) => a.alarm === "NOSPACE"))
    return failed("ResourceExhausted", "etcdserver: mvcc: database space exceeded");
  if (grows && db.size > quotaOf(p)) {
    db.alarms.push({ member: db.memberId, alarm: "NOSPACE" });
    log(p, "warn", "etcdserver/server.go:2144", "alarm raised", { alarm: "NOSPACE", from: db.memberId });
    return failed("ResourceExhausted", "etcdserver: mvcc: database space exceeded");
  }
  if (db.inUse - db.garbage > simulatedBytes && newKeys(request).some((key) => !db.kvs[key])) {
    const what = `more than ${simulatedBytes / 1024 ** 2} MiB in etcd`;
    p.machine.world.gap(p.machine.name, "etcd", what);
    return failed("ResourceExhausted", `kubemend: not simulated: ${what}`);
  }
  const done = propose(p, request);
  if (!done) return timedOut();
  const refused = (done.body as { refused?: { code: EtcdError["code"]; message: string } } | undefined)?.refused;
  if (refused) return failed(refused.code, refused.message);
  return { ok: true, header: header(db), body: done.body };
}

function alarm(p: Proc, request: Extract<EtcdRequest, { op: "alarm" }>): EtcdReply {
  const db = databaseOf(p);
  const before = db.alarms;
  if (request.action === "deactivate") {
    db.alarms = before.filter((a) => (request.member && a.member !== request.member) || (request.alarm && a.alarm !== request.alarm));
    return { ok: true, header: header(db), body: { alarms: before.filter((a) => !db.alarms.includes(a)) } };
  }
  return { ok: true, header: header(db), body: { alarms: before } };
}

type MembershipRequest = Extract<EtcdRequest, { op: "memberAdd" | "memberRemove" | "memberUpdate" | "memberPromote" | "moveLeader" }>;

/** Changes of the cluster's membership, on the leader. */
function membership(p: Proc, request: MembershipRequest): EtcdReply {
  const db = databaseOf(p);
  const done = (members: Member[], extra: Record<string, unknown> = {}): EtcdReply =>
    commitMembers(p, members) ? { ok: true, header: header(db), body: { members: db.members, ...extra } } : timedOut();
  if (request.op === "memberAdd") {
    if (db.members.some((m) => m.peerUrls.some((u) => request.peerUrls.includes(u))))
      return failed("FailedPrecondition", "etcdserver: Peer URLs already exists");
    if (db.members.some((m) => m.learner) && request.learner)
      return failed("FailedPrecondition", "etcdserver: too many learner members in cluster");
    // etcd refuses to grow a cluster in which a started majority could be lost
    const started = db.members.filter((m) => m.name !== "" && !m.learner).length;
    if (!request.learner && started < Math.floor((db.members.length + 1) / 2) + 1 && db.members.length > 1)
      return failed("Unavailable", "etcdserver: re-configuration failed due to not enough started members");
    const member: Member = {
      id: memberId(request.peerUrls, "etcd-cluster", Math.floor(p.now / 1000)),
      name: "",
      peerUrls: request.peerUrls,
      clientUrls: [],
      learner: request.learner ?? false,
    };
    return done([...db.members, member], { member });
  }
  if (request.op === "moveLeader") {
    const target = others(p).find((m) => m.id === request.target);
    if (!target) return failed("FailedPrecondition", "etcdserver: bad leader transferee");
    callPeer(p, target, { id: db.memberId, clusterId: db.clusterId, term: db.term }, { kind: "timeout-now" });
    return { ok: true, header: header(db), body: {} };
  }
  const member = db.members.find((m) => m.id === request.id);
  if (!member) return failed("NotFound", "etcdserver: member not found");
  if (request.op === "memberRemove") {
    if (db.members.length === 1) return failed("Unavailable", "etcdserver: re-configuration failed due to not enough started members");
    return done(
      db.members.filter((m) => m.id !== request.id),
      { member },
    );
  }
  if (request.op === "memberUpdate") return done(db.members.map((m) => (m === member ? { ...m, peerUrls: request.peerUrls } : m)));
  if (!member.learner) return failed("FailedPrecondition", "etcdserver: can only promote a learner member");
  // a learner is in sync once it has started and follows
  if (member.name === "") return failed("FailedPrecondition", "etcdserver: can only promote a learner member which is in sync with leader");
  return done(db.members.map((m) => (m === member ? { ...m, learner: false } : m)));
}

/** A number that two members with the same data share. */
function hashOf(db: Database): number {
  let hash = 2166136261;
  for (const [key, kv] of Object.entries(db.kvs)) {
    for (const char of `${key}@${kv.modRevision}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  }
  return hash >>> 0;
}

/** server/etcdserver/api/etcdhttp: /health, and since 3.5.11 /livez and /readyz. */
function health(p: Proc, request: HttpRequest): HttpResponse {
  const db = databaseOf(p);
  const [path, query = ""] = request.path.split("?");
  const parameters = new URLSearchParams(query);
  const text = (status: number, body: string, type = "text/plain; charset=utf-8"): HttpResponse => ({
    status,
    headers: { "content-type": type },
    body,
  });
  const readable = stateOf(p).ready;
  const linearizable = (): boolean => readable && stateOf(p).leader !== "" && confirmRead(p);
  if (path === "/health") {
    const excluded = parameters.getAll("exclude");
    const alarm = db.alarms.find((a) => !excluded.includes(a.alarm));
    let reason = "";
    if (alarm) reason = `ALARM ${alarm.alarm}`;
    else if (parameters.get("serializable") !== "true" && stateOf(p).leader === "") reason = "RAFT NO LEADER";
    else if (!(parameters.get("serializable") === "true" ? readable : linearizable())) reason = "RANGE ERROR:etcdserver: request timed out";
    return text(reason === "" ? 200 : 503, JSON.stringify({ health: reason === "" ? "true" : "false", reason }), "application/json");
  }
  if (path === "/livez" || path === "/readyz") {
    const checks: [string, boolean][] = [["serializable_read", readable]];
    if (path === "/readyz")
      checks.splice(0, 1, ["data_corruption", true], ["serializable_read", readable], ["linearizable_read", linearizable()]);
    const good = checks.every(([, passed]) => passed);
    const lines = checks.map(([name, passed]) => (passed ? `[+]${name} ok` : `[-]${name} failed: etcdserver: request timed out`));
    if (good && !parameters.has("verbose")) return text(200, "ok\n");
    return text(good ? 200 : 503, good ? `${lines.join("\n")}\nok\n` : `${lines.join("\n")}\n${path.slice(1)} check failed\n`);
  }
  if (path === "/version")
    return text(
      200,
      JSON.stringify({ etcdserver: p.state.version.replace(/-\d+$/, ""), etcdcluster: p.state.version.replace(/\.\d+(-\d+)?$/, ".0") }),
      "application/json",
    );
  if (path === "/metrics" || path?.startsWith("/debug")) return text(501, `kubemend: not simulated: etcd ${path}\n`);
  return text(404, "404 page not found\n");
}
