/** A member's process state, and where its database lies. */
import type { Proc } from "../../../kernel/proc.ts";
import type { Database, Member } from "./store.ts";

export interface MemberState {
  flags: Record<string, string>;
  dataDir: string;
  role: "follower" | "candidate" | "leader";
  /** Id of the leader that this member follows, or "". */
  leader: string;
  /** When the leader was last heard of. */
  heard: number;
  /** Ports by what is spoken on them. */
  ports: { peer: number[]; metrics: number[] };
  /** Client requests are served. */
  ready: boolean;
  watches: { conn: number; prefix: string }[];
  /** Open connections to peers by member id. */
  peers: Record<string, number>;
  /** PEM texts read at start: trust anchors are not read again while the process lives. */
  clientCa: string;
  peerCa: string;
  /** The database when its file was removed under the running process: the process still has it open. */
  orphan?: Database;
  electionTimer?: number;
}

export const stateOf = (p: Proc): MemberState => p.data as unknown as MemberState;

export const databasePath = (dataDir: string): string => `${dataDir}/member/snap/db`;

const open = new WeakMap<Proc, Database>();

export function setDatabase(p: Proc, db: Database): void {
  open.set(p, db);
}

export function databaseOf(p: Proc): Database {
  let db = open.get(p);
  if (!db) {
    const s = stateOf(p);
    db = s.orphan ?? (p.fs.database(databasePath(s.dataDir)) as Database | undefined);
    if (!db) throw new Error("etcd: the database is gone");
    open.set(p, db);
  }
  return db;
}

/** inotify told of a change beside the database: keep it when its file was removed. */
export function noticeRemoval(p: Proc): void {
  const s = stateOf(p);
  if (!s.orphan && !p.fs.exists(databasePath(s.dataDir))) s.orphan = databaseOf(p);
}

export const others = (p: Proc): Member[] => {
  const db = databaseOf(p);
  return db.members.filter((m) => m.id !== db.memberId);
};
export const voters = (db: Database): Member[] => db.members.filter((m) => !m.learner);
export const majority = (db: Database): number => Math.floor(voters(db).length / 2) + 1;
