/** The journal: entries in a database file under /var/log/journal, as journald writes and journalctl reads them. */
import { Errno } from "../core/errno.ts";
import { SinkFile, type OpenFile, type Sink } from "../kernel/file.ts";
import type { Machine } from "../kernel/machine.ts";
import type { Proc } from "../kernel/proc.ts";

export interface JournalEntry {
  /** Milliseconds since the epoch. */
  at: number;
  /** Index into `boots`. */
  boot: number;
  pid: number;
  uid: number;
  /** SYSLOG_IDENTIFIER. */
  id: string;
  /** 0 emerg … 7 debug. */
  prio: number;
  msg: string;
  /** _SYSTEMD_UNIT of the sender. */
  unit?: string;
  /** UNIT=, the unit that a message of systemd's is about. */
  about?: string;
  transport?: "kernel" | "syslog" | "journal";
  comm?: string;
  exe?: string;
}

export interface Journal {
  format: "kemjrnl1";
  /** Boot ids, oldest first. */
  boots: string[];
  /** Entries that rotation has removed. */
  dropped: number;
  entries: JournalEntry[];
}

/** About what SystemMaxUse keeps in practice; older entries are rotated away. */
const keep = 30_000;
const rotateBy = 5_000;

const listeners = new WeakMap<Machine, Set<() => void>>();

export const journalPath = (machine: Machine): string => `/var/log/journal/${machine.state.machineId}/system.journal`;

/** The journal file's data; undefined when there is none or it holds other bytes. */
export function openJournal(machine: Machine): Journal | undefined {
  const db = machine.rootFs().database(journalPath(machine)) as Journal | undefined;
  return db?.format === "kemjrnl1" ? db : undefined;
}

function journalForWriting(machine: Machine): Journal | undefined {
  const fs = machine.rootFs();
  const path = journalPath(machine);
  try {
    const there = fs.database(path) as Journal | undefined;
    if (there?.format === "kemjrnl1") return there;
    // journald renames a file it cannot read to *~ and starts another
    if (fs.exists(path)) fs.rename(path, `${path}~`);
    fs.mkdirp(path.slice(0, path.lastIndexOf("/")), 0o2755);
    const made = fs.database(path, () => ({ format: "kemjrnl1", boots: [], dropped: 0, entries: [] })) as Journal;
    fs.chmod(path, 0o640);
    return made;
  } catch (error) {
    if (error instanceof Errno) return undefined; // read-only or full disk: messages are lost
    throw error;
  }
}

export const bootId = (machine: Machine): string => machine.layer("boot", () => ({ id: "" })).id as string;

export function writeJournal(machine: Machine, entry: Omit<JournalEntry, "at" | "boot">): void {
  const journal = journalForWriting(machine);
  if (!journal) return;
  const id = bootId(machine);
  if (journal.boots.at(-1) !== id) journal.boots.push(id);
  journal.entries.push({ at: machine.world.timeline.now, boot: journal.boots.length - 1, ...entry });
  if (journal.entries.length > keep) {
    journal.entries.splice(0, rotateBy);
    journal.dropped += rotateBy;
  }
  for (const wake of listeners.get(machine) ?? []) wake();
}

/** Calls `wake` after each entry (for `journalctl -f`); returns how to stop. */
export function followJournal(machine: Machine, wake: () => void): () => void {
  let set = listeners.get(machine);
  if (!set) listeners.set(machine, (set = new Set()));
  set.add(wake);
  return () => set.delete(wake);
}

/** A line of a service's output, with an optional `<N>` priority prefix, sd-daemon(3). */
function logLine(machine: Machine, p: Proc, unit: string, identifier: string, line: string, prio = 6): void {
  const m = /^<([0-7])>(.*)$/s.exec(line);
  writeJournal(machine, {
    pid: p.pid,
    uid: p.uid,
    id: identifier,
    prio: m ? Number(m[1]) : prio,
    msg: m ? m[2]! : line,
    unit,
    comm: p.state.comm,
    exe: p.state.exe,
  });
}

/** Opens a journal sink for a process. */
export function journalSink(machine: Machine, p: Proc, sink: Extract<Sink, { kind: "journal" }>): OpenFile {
  return new SinkFile((line) => logLine(machine, p, sink.unit, sink.identifier, line));
}

/** syslog(3) of a process, as `logger` and daemons without a unit's stdout use it. */
export function syslog(machine: Machine, p: Proc, identifier: string, prio: number, msg: string): void {
  const unit = unitOf(p.state.cgroup);
  writeJournal(machine, {
    pid: p.pid,
    uid: p.uid,
    id: identifier,
    prio,
    msg,
    transport: "syslog",
    comm: p.state.comm,
    ...(unit === undefined ? {} : { unit }),
  });
}

/** The unit that a cgroup path belongs to. */
function unitOf(cgroup: string): string | undefined {
  return cgroup.split("/").findLast((part) => /\.(service|scope|socket|mount|swap)$/.test(part));
}

interface Ring {
  lines: { at: number; prio: number; msg: string }[];
}

/** The kernel's ring buffer; `at` counts milliseconds since boot. */
export const kernelRing = (machine: Machine): Ring => machine.layer("dmesg", () => ({ lines: [] })) as unknown as Ring;

/** A printk: into the ring buffer and the journal. */
export function printk(machine: Machine, msg: string, prio = 6): void {
  const ring = kernelRing(machine);
  ring.lines.push({ at: machine.world.timeline.now - machine.state.bootedAt, prio, msg });
  if (ring.lines.length > 2000) ring.lines.splice(0, 500);
  writeJournal(machine, { pid: 0, uid: 0, id: "kernel", prio, msg, transport: "kernel" });
}
