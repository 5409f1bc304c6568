/** Journal entries as journalctl prints them. */
import type { Machine } from "../../kernel/machine.ts";
import { openJournal, type JournalEntry } from "../../systemd/journal.ts";
import { shortTime, timestamp } from "../../systemd/dates.ts";

/** Entries of a unit's own processes, and what systemd says about it. */
export const matchesUnit = (e: JournalEntry, unit: string): boolean => e.unit === unit || e.about === unit;

const two = (n: number): string => String(n).padStart(2, "0");

export type Output =
  | "short"
  | "short-full"
  | "short-iso"
  | "short-iso-precise"
  | "short-precise"
  | "short-unix"
  | "short-monotonic"
  | "with-unit"
  | "cat"
  | "json"
  | "json-pretty"
  | "verbose"
  | "export";

const bootedAt = (machine: Machine): number => machine.state.bootedAt;

/** Without --all a tab is eight blanks, and colours go (strip_tab_ansi of systemd's logs-show.c). */
// eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
const stripped = (text: string): string => text.replaceAll("\t", "        ").replace(/\u001B\[[0-9;]*m/g, "");

export function formatEntry(e: JournalEntry, output: Output, machine: Machine, all = false): string {
  const at = Math.floor(e.at);
  const iso = new Date(at).toISOString();
  const sender = e.pid === 0 ? e.id : `${e.id}[${e.pid}]`;
  const body = (prefix: string): string => {
    const [first, ...rest] = (all ? e.msg : stripped(e.msg)).split("\n");
    return [`${prefix}${first}`, ...rest.map((l) => " ".repeat(prefix.length) + l)].join("\n");
  };
  const host = machine.hostname;
  switch (output) {
    case "cat":
      return e.msg;
    case "short":
      return body(`${shortTime(at)} ${host} ${sender}: `);
    case "short-precise":
      return body(`${shortTime(at)}.${micro(e.at)} ${host} ${sender}: `);
    case "short-iso":
      return body(`${iso.slice(0, 19)}+00:00 ${host} ${sender}: `);
    case "short-iso-precise":
      return body(`${iso.slice(0, 19)}.${micro(e.at)}+00:00 ${host} ${sender}: `);
    case "short-full":
      return body(`${timestamp(at)} ${host} ${sender}: `);
    case "with-unit":
      return body(`${timestamp(at)} ${host} ${e.unit ?? sender}${e.pid === 0 || e.unit === undefined ? "" : `[${e.pid}]`}: `);
    case "short-unix":
      return body(`${(e.at / 1000).toFixed(6)} ${host} ${sender}: `);
    case "short-monotonic":
      return body(`[${((e.at - bootedAt(machine)) / 1000).toFixed(6).padStart(12)}] ${host} ${sender}: `);
    case "json":
      return JSON.stringify(fields(e, machine));
    case "json-pretty":
      return JSON.stringify(fields(e, machine), null, "\t");
    case "export":
      return `${Object.entries(fields(e, machine))
        .map(([k, v]) => `${k}=${v}`)
        .join("\n")}\n`;
    case "verbose": {
      const f = fields(e, machine);
      return [
        `${timestamp(at).replace(/ UTC$/, `.${micro(e.at)} UTC`)} [${f.__CURSOR}]`,
        ...Object.entries(f)
          .filter(([k]) => !k.startsWith("__"))
          .map(([k, v]) => `    ${k}=${v}`),
      ].join("\n");
    }
  }
}

const micro = (ms: number): string => `${two(0).slice(2)}${String(Math.floor((ms % 1000) * 1000)).padStart(6, "0")}`;

export function fields(e: JournalEntry, machine: Machine): Record<string, string> {
  const us = String(Math.round(e.at * 1000));
  const boot = openJournal(machine)?.boots[e.boot] ?? "";
  const out: Record<string, string> = {
    __CURSOR: `s=${machine.state.machineId};i=${Math.round(e.at).toString(16)};b=${boot};m=${Math.round((e.at - bootedAt(machine)) * 1000).toString(16)};t=${Number(us).toString(16)}`,
    __REALTIME_TIMESTAMP: us,
    __MONOTONIC_TIMESTAMP: String(Math.round((e.at - bootedAt(machine)) * 1000)),
    _BOOT_ID: boot,
    _MACHINE_ID: machine.state.machineId,
    _HOSTNAME: machine.hostname,
    PRIORITY: String(e.prio),
    SYSLOG_IDENTIFIER: e.id,
    MESSAGE: e.msg,
    _TRANSPORT: e.transport ?? (e.id === "systemd" ? "journal" : "stdout"),
  };
  if (e.pid !== 0) Object.assign(out, { _PID: String(e.pid), _UID: String(e.uid) });
  if (e.comm) out._COMM = e.comm;
  if (e.exe) out._EXE = e.exe;
  if (e.unit) out._SYSTEMD_UNIT = e.unit;
  if (e.about) out.UNIT = e.about;
  return out;
}
