/** journalctl of systemd 255. */
import type { Proc } from "../../kernel/proc.ts";
import type { CommandProgram } from "../../kernel/program.ts";
import { bootId, followJournal, journalPath, openJournal, type Journal, type JournalEntry } from "../../systemd/journal.ts";
import { parseTime, timestamp } from "../../systemd/dates.ts";
import { timeSpan, withSuffix } from "../../systemd/unit-file.ts";
import { sizeOf } from "../../fs/content.ts";
import { BadOption, optionTable, parseOptions, type Options } from "../text/options.ts";
import { fields, formatEntry, matchesUnit, type Output } from "./journal-format.ts";
import { matchesPattern } from "./systemctl-list.ts";
import { bytes, mayReadJournal } from "./systemctl-status.ts";
import { steadyRegExp } from "../../core/regexp/index.ts";

const table = optionTable(
  `u,unit= f,follow n,lines=? e,pager-end x,catalog ~no-pager S,since= U,until= p,priority= b,boot=? k,dmesg o,output= r,reverse t,identifier= disk-usage vacuum-size= vacuum-time= vacuum-files=
   g,grep= case-sensitive=? q,quiet no-hostname ~utc a,all ~l,full !no-full no-tail list-boots ~system rotate flush sync !header !user-unit= !user !merge !m !D,directory= !file= !root= !image= !namespace= !output-fields= F,field= !N,fields !c,cursor= !after-cursor= !show-cursor !cursor-file= !verify !verify-key= !setup-keys !force !interval= !list-catalog !dump-catalog !update-catalog !T,exclude-identifier= !facility= !relinquish-var !smart-relinquish-var !no-hostname_ !truncate-newline h,help version`,
);

const outputs = new Set<string>([
  "short",
  "short-full",
  "short-iso",
  "short-iso-precise",
  "short-precise",
  "short-monotonic",
  "short-unix",
  "with-unit",
  "cat",
  "json",
  "json-pretty",
  "verbose",
  "export",
]);
const levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
const level = (text: string): number | undefined => {
  const n = /^\d$/.test(text)
    ? Number(text)
    : levels.indexOf(text === "error" ? "err" : text === "warn" ? "warning" : text === "panic" ? "emerg" : text);
  return n >= 0 && n <= 7 ? n : undefined;
};

export const journalctl: CommandProgram = {
  name: "journalctl",
  async main(p) {
    let o: Options;
    try {
      o = parseOptions("journalctl", table, spacedLines(p.args));
    } catch (error) {
      if (!(error instanceof BadOption)) throw error;
      await p.err(`journalctl: ${error.message}\n`);
      return 1;
    }
    if (o.has("version")) {
      await p.out("systemd 255 (255.4-1ubuntu8.11)\n");
      return 0;
    }
    if (o.has("h")) p.notSimulated("journalctl --help");
    // -xeu is what everybody types: the lines are shown without the catalog's explanations
    if (o.has("x")) p.machine.world.gap(p.machine.name, "journalctl", "message catalog");
    const journal = openJournal(p.machine);
    if (o.has("disk-usage")) {
      const size = journal ? Math.max(8 * 1024 * 1024, sizeOf({ object: journal })) : 0;
      await p.out(`Archived and active journals take up ${bytes(size)} in the file system.\n`);
      return 0;
    }
    if (o.has("rotate") && !o.has("vacuum-time") && !o.has("vacuum-size")) return 0;
    if (o.has("vacuum-time") || o.has("vacuum-size") || o.has("vacuum-files")) return vacuum(p, o, journal);
    if (o.has("flush") || o.has("sync")) return 0;
    if (!journal || !mayReadJournal(p)) {
      if (journal)
        await p.err(
          "Hint: You are currently not seeing messages from other users and the system.\n      Users in groups 'adm', 'systemd-journal' can see all messages.\n      Pass -q to turn off this notice.\n",
        );
      await p.err("No journal files were found.\n");
      if (!o.has("f")) await p.out("-- No entries --\n");
      return 0;
    }
    if (o.has("list-boots")) return listBoots(p, journal);
    const output = o.value("o") ?? "short";
    if (!outputs.has(output)) {
      await p.err(`Unknown output format '${output}'.\n`);
      return 1;
    }
    const filter = await filterOf(p, o, journal);
    if (typeof filter === "number") return filter;
    if (o.has("F")) {
      const values = new Set(
        journal.entries
          .filter(filter)
          .map((e) => fields(e, p.machine)[o.value("F")!])
          .filter((v) => v !== undefined),
      );
      await p.out([...values].map((v) => `${v}\n`).join(""));
      return 0;
    }
    const asked = o.has("n") ? o.value("n") || "10" : o.has("f") && !o.has("no-tail") ? "10" : o.has("e") ? "1000" : "all";
    const fromStart = asked.startsWith("+");
    const count = asked === "all" ? Infinity : Number(asked);
    if (Number.isNaN(count)) {
      await p.err(`Failed to parse lines '${asked}'\n`);
      return 1;
    }
    let picked = journal.entries.filter(filter);
    if (count === 0) picked = [];
    else if (count !== Infinity) picked = fromStart ? picked.slice(0, count) : picked.slice(-count);
    if (o.has("r")) picked = [...picked].reverse();
    const text: string[] = [];
    let last: number | undefined;
    const add = (e: JournalEntry) => {
      if (last !== undefined && last !== e.boot && output !== "cat" && !output.startsWith("json") && output !== "export")
        text.push(`-- Boot ${journal.boots[e.boot]} --\n`);
      last = e.boot;
      const line = formatEntry(e, output as Output, p.machine, o.has("a"));
      text.push(`${o.has("no-hostname") ? line.replace(` ${p.machine.hostname} `, " ") : line}\n`);
    };
    for (const e of picked) add(e);
    if (picked.length === 0 && !o.has("f") && !o.has("q")) text.push(output === "json" || output === "cat" ? "" : "-- No entries --\n");
    await p.out(text.join(""));
    if (!o.has("f")) return picked.length === 0 && o.has("g") ? 1 : 0;
    return follow(p, filter, add, text);
  },
};

/** -n and -b take their value from the next word when it looks like one. */
function spacedLines(args: string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const next = args[i + 1];
    if ((args[i] === "-n" || args[i] === "--lines") && next !== undefined && /^(\+?\d+|all)$/.test(next)) {
      out.push(`--lines=${next}`);
      i++;
    } else if ((args[i] === "-b" || args[i] === "--boot") && next !== undefined && /^(-?\+?\d+|[0-9a-f]{32}|all)$/.test(next)) {
      out.push(`--boot=${next}`);
      i++;
    } else out.push(args[i]!);
  }
  return out;
}

async function follow(p: Proc, filter: (e: JournalEntry) => boolean, add: (e: JournalEntry) => void, text: string[]): Promise<number> {
  let wake: () => void = () => undefined;
  const first = openJournal(p.machine);
  let seen = first ? first.dropped + first.entries.length : 0;
  const stop = followJournal(p.machine, () => wake());
  try {
    for (;;) {
      const journal = openJournal(p.machine);
      if (journal && journal.dropped + journal.entries.length > seen) {
        text.length = 0;
        for (const e of journal.entries.slice(Math.max(0, seen - journal.dropped))) if (filter(e)) add(e);
        seen = journal.dropped + journal.entries.length;
        if (text.length > 0) await p.out(text.join(""));
        continue;
      }
      await p.block(new Promise<void>((resolve) => (wake = resolve)));
    }
  } finally {
    stop();
  }
}

async function filterOf(p: Proc, o: Options, journal: Journal): Promise<((e: JournalEntry) => boolean) | number> {
  const tests: ((e: JournalEntry) => boolean)[] = [];
  const units = o.values("u").map((u) => (/[*?[]/.test(u) ? u : withSuffix(u)));
  if (units.length > 0) {
    tests.push((e) =>
      units.some((u) =>
        /[*?[]/.test(u)
          ? [e.unit, e.about].some((n) => n !== undefined && (matchesPattern(n, u) || matchesPattern(n, `${u}.service`)))
          : matchesUnit(e, u),
      ),
    );
  }
  for (const key of ["S", "U"] as const) {
    const text = o.value(key);
    if (text === undefined) continue;
    const at = parseTime(text, p.now);
    if (at === undefined) {
      await p.err(`Failed to parse timestamp: ${text}\n`);
      return 1;
    }
    tests.push(key === "S" ? (e) => e.at >= at : (e) => e.at <= at);
  }
  const priority = o.value("p");
  if (priority !== undefined) {
    const [a, b] = priority.split("..");
    const from = level(a!);
    const to = b === undefined ? undefined : level(b);
    if (from === undefined || (b !== undefined && to === undefined)) {
      await p.err(`Unknown log level ${priority}\n`);
      return 1;
    }
    tests.push(to === undefined ? (e) => e.prio <= from : (e) => e.prio >= Math.min(from, to) && e.prio <= Math.max(from, to));
  }
  if (o.has("b") || o.has("k")) {
    const which = o.value("b") || "0";
    let index: number;
    if (which === "all") index = -1;
    else if (/^[0-9a-f]{32}$/.test(which)) index = journal.boots.indexOf(which);
    else {
      const n = Number(which);
      index = n > 0 ? n - 1 : journal.boots.indexOf(bootId(p.machine)) + n;
    }
    if (which !== "all") {
      if (!(index >= 0 && index < journal.boots.length)) {
        await p.err(`Data from the specified boot (${which}) is not available: No such boot ID in journal\n`);
        return 1;
      }
      tests.push((e) => e.boot === index);
    }
  }
  if (o.has("k")) tests.push((e) => e.transport === "kernel");
  const identifiers = o.values("t");
  if (identifiers.length > 0) tests.push((e) => identifiers.includes(e.id));
  const grep = o.value("g");
  if (grep !== undefined) {
    const insensitive = o.has("case-sensitive") ? o.value("case-sensitive") === "false" : grep === grep.toLowerCase();
    let re: RegExp;
    try {
      re = steadyRegExp(grep, insensitive ? "i" : "");
    } catch {
      await p.err(`Bad pattern "${grep}"\n`);
      return 1;
    }
    tests.push((e) => re.test(e.msg));
  }
  // FIELD=value: the same field twice means either, different fields both; `+` between groups means or
  const groups: Map<string, string[]>[] = [new Map()];
  for (const word of o.operands) {
    if (word === "+") {
      groups.push(new Map());
      continue;
    }
    if (word.startsWith("/")) {
      groups.at(-1)!.set("_EXE", [...(groups.at(-1)!.get("_EXE") ?? []), p.fs.exists(word) ? p.fs.realpath(word) : word]);
      continue;
    }
    const cut = word.indexOf("=");
    if (cut <= 0) {
      await p.err(`Failed to add match '${word}': Invalid argument\n`);
      return 1;
    }
    const key = word.slice(0, cut);
    groups.at(-1)!.set(key, [...(groups.at(-1)!.get(key) ?? []), word.slice(cut + 1)]);
  }
  if (o.operands.length > 0) {
    tests.push((e) => {
      const f = fields(e, p.machine);
      return groups.some((g) => [...g].every(([k, vs]) => vs.includes(f[k] ?? "")));
    });
  }
  return (e) => tests.every((test) => test(e));
}

async function listBoots(p: Proc, journal: Journal): Promise<number> {
  const rows = journal.boots.map((id, i) => {
    const entries = journal.entries.filter((e) => e.boot === i);
    return { i, id, first: entries[0]?.at, last: entries.at(-1)?.at };
  });
  const now = rows.length - 1;
  let text = "IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY\n";
  for (const r of rows)
    if (r.first !== undefined) text += `${String(r.i - now).padStart(3)} ${r.id} ${timestamp(r.first)} ${timestamp(r.last!)}\n`;
  await p.out(text);
  return 0;
}

async function vacuum(p: Proc, o: Options, journal: Journal | undefined): Promise<number> {
  const age = o.value("vacuum-time");
  if (age !== undefined) {
    const span = timeSpan(age);
    if (span === undefined) {
      await p.err(`Failed to parse vacuum time: ${age}\n`);
      return 1;
    }
    // only archived files are removed; --rotate archives what is there first
    if (journal && o.has("rotate")) {
      const keep = journal.entries.filter((e) => e.at >= p.now - span);
      journal.dropped += journal.entries.length - keep.length;
      journal.entries = keep;
    }
  } else if (o.value("vacuum-size") !== undefined || o.has("vacuum-files")) {
    if (journal && o.has("rotate")) {
      journal.dropped += journal.entries.length;
      journal.entries = [];
    }
  }
  const dir = journalPath(p.machine).slice(0, journalPath(p.machine).lastIndexOf("/"));
  await p.err(
    `Vacuuming done, freed 0B of archived journals from ${dir}.\nVacuuming done, freed 0B of archived journals from /run/log/journal.\nVacuuming done, freed 0B of archived journals from /var/log/journal.\n`,
  );
  return 0;
}
