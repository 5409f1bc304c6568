/**
 * Leader election and replication. Simplified from raft, but true in what can be observed: terms, one leader per term,
 * nothing is committed or read linearizably without a majority, a member that lagged behind catches up from the leader.
 */
import type { Proc } from "../../../kernel/proc.ts";
import { log, raftLog } from "./log.ts";
import { callPeer, type PeerBody, type PeerReply } from "./peers.ts";
import { databaseOf, majority, others, stateOf, voters } from "./state.ts";
import { apply, copyDatabase, forgetIndex, type Member, type WriteRequest } from "./store.ts";
import { notifyWatches } from "./watch.ts";

const heartbeat = 500;
const electionTimeout = 1000;

const call = (p: Proc, to: Member, body: PeerBody): PeerReply | undefined => {
  const db = databaseOf(p);
  return callPeer(p, to, { id: db.memberId, clusterId: db.clusterId, term: db.term }, body);
};

export function becomeFollower(p: Proc, term: number, leader: string): void {
  const db = databaseOf(p);
  const s = stateOf(p);
  const changed = term > db.term || s.role !== "follower" || s.leader !== leader;
  if (term > db.term || s.role !== "follower") raftLog(p, `${db.memberId} became follower at term ${term}`);
  db.term = term;
  s.role = "follower";
  if (leader !== s.leader) {
    if (leader === "") raftLog(p, `raft.node: ${db.memberId} lost leader ${s.leader} at term ${term}`);
    else raftLog(p, `raft.node: ${db.memberId} elected leader ${leader} at term ${term}`);
    s.leader = leader;
  }
  if (changed) scheduleElection(p);
}

/** The next look at whether the leader is still there. A single member needs none once it leads. */
export function scheduleElection(p: Proc): void {
  const s = stateOf(p);
  p.cancel(s.electionTimer);
  s.electionTimer = p.after(electionTimeout + p.machine.random("etcd/election").int(0, electionTimeout), "election");
}

export function onElection(p: Proc): void {
  const s = stateOf(p);
  const db = databaseOf(p);
  delete s.electionTimer;
  if (s.role === "leader") return;
  const me = db.members.find((m) => m.id === db.memberId);
  if (!me || me.learner || p.now - s.heard < electionTimeout) return scheduleElection(p);
  campaign(p);
}

export function campaign(p: Proc, forced = false): void {
  const s = stateOf(p);
  const db = databaseOf(p);
  raftLog(p, `${db.memberId} is starting a new election at term ${db.term}`);
  if (s.leader !== "") {
    raftLog(p, `raft.node: ${db.memberId} lost leader ${s.leader} at term ${db.term}`);
    s.leader = "";
  }
  s.role = "candidate";
  if (!forced && voters(db).length > 1) {
    raftLog(p, `${db.memberId} became pre-candidate at term ${db.term}`);
    if (!ask(p, "pre-vote")) return scheduleElection(p);
  }
  db.term++;
  db.vote = { term: db.term, for: db.memberId };
  raftLog(p, `${db.memberId} became candidate at term ${db.term}`);
  raftLog(p, `${db.memberId} received MsgVoteResp from ${db.memberId} at term ${db.term}`);
  if (!ask(p, "vote")) return scheduleElection(p);
  becomeLeader(p);
}

/** True when a majority, this member included, agreed. */
function ask(p: Proc, kind: "pre-vote" | "vote"): boolean {
  const db = databaseOf(p);
  let votes = 1;
  for (const peer of others(p)) {
    if (peer.learner) continue;
    const reply = call(p, peer, { kind, index: db.index });
    if (reply?.ok) {
      votes++;
      raftLog(p, `${db.memberId} received ${kind === "vote" ? "MsgVoteResp" : "MsgPreVoteResp"} from ${peer.id} at term ${db.term}`);
    } else if (reply && reply.term > db.term) {
      becomeFollower(p, reply.term, "");
      return false;
    }
  }
  return votes >= majority(db);
}

function becomeLeader(p: Proc): void {
  const s = stateOf(p);
  const db = databaseOf(p);
  s.role = "leader";
  s.leader = db.memberId;
  s.heard = p.now;
  db.index++;
  raftLog(p, `${db.memberId} became leader at term ${db.term}`);
  raftLog(p, `raft.node: ${db.memberId} elected leader ${db.memberId} at term ${db.term}`);
  round(p);
  p.after(0, "leading");
  scheduleHeartbeat(p);
  for (const lease of Object.values(db.leases)) p.after(Math.max(0, lease.expires - p.now), "lease", lease.id);
}

function scheduleHeartbeat(p: Proc): void {
  if (databaseOf(p).members.length > 1) p.after(heartbeat, "heartbeat", databaseOf(p).term);
}

export function onHeartbeat(p: Proc, term: number): void {
  const s = stateOf(p);
  const db = databaseOf(p);
  if (s.role !== "leader" || term !== db.term) return;
  if (round(p) >= majority(db)) s.heard = p.now;
  else if (s.role === "leader" && p.now - s.heard > electionTimeout) {
    raftLog(p, `${db.memberId} stepped down to follower since quorum is not active`);
    becomeFollower(p, db.term, "");
  }
  if (s.role === "leader") scheduleHeartbeat(p);
}

/** A round of heartbeats: who follows, each brought up to date. Counts this member. */
function round(p: Proc, followers: Member[] = []): number {
  const db = databaseOf(p);
  let votes = 1;
  for (const peer of others(p)) {
    const reply = call(p, peer, { kind: "heartbeat", index: db.index });
    if (!reply) continue;
    if (reply.term > db.term) {
      becomeFollower(p, reply.term, "");
      return 0;
    }
    if (reply.index !== db.index && !call(p, peer, { kind: "snapshot", database: copyDatabase(db) })?.ok) continue;
    followers.push(peer);
    if (!peer.learner) votes++;
  }
  return votes;
}

/** Whether this member may answer a linearizable read now. */
export function confirmRead(p: Proc): boolean {
  const s = stateOf(p);
  const db = databaseOf(p);
  if (s.role === "leader") return voters(db).length === 1 || round(p) >= majority(db);
  const leader = db.members.find((m) => m.id === s.leader);
  return leader !== undefined && call(p, leader, { kind: "read-index" })?.ok === true;
}

/** Commits a write through the leader; undefined when there is no majority to commit it. Throws StoreError. */
export function propose(p: Proc, request: WriteRequest): { body: unknown } | undefined {
  const s = stateOf(p);
  const db = databaseOf(p);
  if (s.role !== "leader") {
    const leader = db.members.find((m) => m.id === s.leader);
    const reply = leader && call(p, leader, { kind: "propose", request });
    return reply?.ok ? { body: reply.body } : undefined;
  }
  const followers: Member[] = [];
  if (db.members.length > 1 && round(p, followers) < majority(db)) return undefined;
  const { now } = p;
  const done = apply(db, request, now);
  for (const peer of followers) call(p, peer, { kind: "append", request, now });
  if (request.op === "leaseGrant") {
    const { id } = done.body as { id: string };
    p.after(Math.max(0, db.leases[id]!.expires - now), "lease", id);
  }
  notifyWatches(p, done.events);
  return { body: done.body };
}

/** Tells everybody of a changed membership. */
export function commitMembers(p: Proc, members: Member[]): boolean {
  const db = databaseOf(p);
  const before = db.members;
  const followers: Member[] = [];
  if (db.members.length > 1 && round(p, followers) < majority(db)) return false;
  db.members = members;
  db.index++;
  for (const peer of followers) call(p, peer, members.some((m) => m.id === peer.id) ? { kind: "members", members } : { kind: "removed" });
  raftLog(
    p,
    `${db.memberId} switched to configuration voters=(${voters(db)
      .map((m) => BigInt(`0x${m.id}`))
      .join(" ")})`,
  );
  if (before.length === 1 && members.length > 1) scheduleHeartbeat(p);
  return true;
}

/** Answers a peer. */
export function onPeer(p: Proc, from: string, term: number, body: PeerBody): { ok: boolean; body?: unknown } {
  const s = stateOf(p);
  const db = databaseOf(p);
  switch (body.kind) {
    case "heartbeat":
      if (term < db.term) return { ok: false };
      if (s.leader !== from || term > db.term || s.role !== "follower") becomeFollower(p, term, from);
      s.heard = p.now;
      if (!s.electionTimer) scheduleElection(p);
      if (!s.ready && db.index === body.index) p.after(0, "following");
      return { ok: true };
    case "pre-vote":
      return { ok: term + 1 > db.term && body.index >= db.index && (s.leader === "" || p.now - s.heard >= electionTimeout) };
    case "vote": {
      if (term <= db.term && !(term === db.term && (db.vote as { term: number; for: string } | undefined)?.for === from))
        return { ok: false };
      if (body.index < db.index) return { ok: false };
      becomeFollower(p, term, "");
      db.vote = { term, for: from };
      s.heard = p.now;
      return { ok: true };
    }
    case "append": {
      if (term < db.term) return { ok: false };
      s.heard = p.now;
      notifyWatches(p, apply(db, body.request, body.now).events);
      return { ok: true };
    }
    case "snapshot": {
      if (term < db.term) return { ok: false };
      const { memberId } = db;
      const missed = body.database;
      const { vote } = db;
      for (const key of Object.keys(db)) delete db[key];
      Object.assign(db, missed, { memberId, term, vote });
      forgetIndex(db);
      log(p, "info", "rafthttp/http.go:257", "received and saved database snapshot", {
        "local-member-id": memberId,
        "remote-snapshot-sender-id": from,
      });
      p.after(0, "following");
      return { ok: true };
    }
    case "members":
      db.members = body.members;
      db.index++;
      return { ok: true };
    case "removed":
      p.after(0, "removed");
      return { ok: true };
    case "cluster":
      return { ok: true, body: { clusterId: db.clusterId, members: db.members, term: db.term } };
    case "read-index":
      return { ok: s.role === "leader" && confirmRead(p) };
    case "timeout-now":
      p.after(0, "campaign");
      return { ok: true };
    case "propose":
    case "membership":
    case "publish":
      // answered by the client side (serve.ts), which this module does not know
      return { ok: false };
  }
}
