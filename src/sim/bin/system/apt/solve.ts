/** Which packages a request brings and removes. */
import type { Candidate } from "./sources.ts";
import { isInstalled, type Record_ } from "./status.ts";
import { compareVersions, holds, parseRelations, type Relation } from "./version.ts";

export interface Plan {
  /** Asked for or needed, dependencies first. */
  install: Candidate[];
  remove: string[];
  /** Names that were asked for. */
  manual: Set<string>;
}

export class Unsolvable extends Error {}

export class Solver {
  readonly #lists: Map<string, Candidate[]>;
  readonly #status: Map<string, Record_>;
  readonly #chosen = new Map<string, Candidate>();
  readonly #remove = new Set<string>();
  readonly #order: Candidate[] = [];
  readonly #forced = new Map<string, Candidate>();
  readonly #recommends: boolean;

  constructor(lists: Map<string, Candidate[]>, status: Map<string, Record_>, recommends: boolean) {
    this.#lists = lists;
    this.#status = status;
    this.#recommends = recommends;
  }

  candidate(name: string): Candidate | undefined {
    return best(this.#lists.get(name) ?? []);
  }

  force(candidate: Candidate): void {
    this.#forced.set(candidate.name, candidate);
  }

  install(candidate: Candidate): void {
    if (this.#chosen.has(candidate.name)) return;
    this.#chosen.set(candidate.name, candidate);
    const missing: string[] = [];
    const clauses = [...parseRelations(candidate.fields["Pre-Depends"]), ...parseRelations(candidate.fields.Depends)];
    for (const clause of clauses) {
      if (clause.some((r) => this.#satisfied(r))) continue;
      const found = clause.map((r) => this.#find(r)).find((c) => c !== undefined);
      if (found) this.install(found);
      else {
        const r = clause[0]!;
        // packages of the box that are not in the table are taken as installed
        if (!this.#lists.has(r.name) && !this.#status.has(r.name)) continue;
        missing.push(`${r.name}${r.version ? ` (${r.operator} ${r.version})` : ""}`);
      }
    }
    if (missing.length > 0)
      throw new Unsolvable(
        ` ${candidate.name} : Depends: ${missing.map((m) => `${m} but it is not ${this.#lists.has(m.split(" ")[0]!) ? "going to be installed" : "installable"}`).join(`\n${" ".repeat(candidate.name.length + 4)}Depends: `)}`,
      );
    if (this.#recommends) {
      for (const clause of parseRelations(candidate.fields.Recommends)) {
        if (clause.some((r) => this.#satisfied(r))) continue;
        const found = clause.map((r) => this.#find(r)).find((c) => c !== undefined);
        if (found) this.install(found);
      }
    }
    for (const clause of parseRelations(candidate.fields.Conflicts)) {
      for (const r of clause)
        for (const [name, record] of this.#status)
          if (
            name !== candidate.name &&
            isInstalled(record) &&
            (name === r.name || provides(record, r.name)) &&
            (!r.version || holds(record.Version!, r.operator!, r.version))
          )
            this.#remove.add(name);
    }
    for (const [name, record] of this.#status)
      if (
        isInstalled(record) &&
        name !== candidate.name &&
        parseRelations(record.Conflicts).some((c) => c.some((r) => r.name === candidate.name))
      )
        this.#remove.add(name);
    this.#order.push(candidate);
  }

  #find(r: Relation): Candidate | undefined {
    const forced = this.#forced.get(r.name);
    const list = (forced ? [forced] : [...(this.#lists.get(r.name) ?? [])]).filter(
      (c) => !r.version || holds(c.version, r.operator!, r.version),
    );
    const direct = best(list);
    if (direct) return direct;
    for (const [, candidates] of this.#lists) {
      const c = best(candidates);
      if (c && parseRelations(c.fields.Provides).some((p) => p.some((x) => x.name === r.name))) return c;
    }
    return undefined;
  }

  #satisfied(r: Relation): boolean {
    const chosen = this.#chosen.get(r.name);
    if (chosen) return !r.version || holds(chosen.version, r.operator!, r.version);
    const record = this.#status.get(r.name);
    if (isInstalled(record) && !this.#remove.has(r.name) && (!r.version || holds(record.Version!, r.operator!, r.version))) return true;
    for (const [name, other] of this.#status)
      if (isInstalled(other) && !this.#remove.has(name) && provides(other, r.name) && !r.version) return true;
    for (const c of this.#chosen.values()) if (parseRelations(c.fields.Provides).some((p) => p.some((x) => x.name === r.name))) return true;
    return false;
  }

  plan(manual: Iterable<string>): Plan {
    return {
      install: this.#order.filter((c) => this.#status.get(c.name)?.Version !== c.version || !isInstalled(this.#status.get(c.name))),
      remove: [...this.#remove],
      manual: new Set(manual),
    };
  }
}

const provides = (record: Record_, name: string): boolean => parseRelations(record.Provides).some((p) => p.some((x) => x.name === name));

function best(list: readonly Candidate[]): Candidate | undefined {
  return [...list].sort((a, b) => compareVersions(b.version, a.version))[0];
}

/** Automatically installed packages that nothing installed needs any more. */
export function unneeded(status: Map<string, Record_>, auto: Set<string>): string[] {
  const needed = new Set<string>();
  const visit = (name: string) => {
    if (needed.has(name)) return;
    const record = status.get(name);
    if (!isInstalled(record)) return;
    needed.add(name);
    for (const clause of [...parseRelations(record.Depends), ...parseRelations(record.Recommends)])
      for (const r of clause) {
        visit(r.name);
        for (const [other, o] of status) if (isInstalled(o) && provides(o, r.name)) visit(other);
      }
  };
  for (const [name, record] of status) if (isInstalled(record) && !auto.has(name)) visit(name);
  return [...status].filter(([name, record]) => isInstalled(record) && !needed.has(name)).map(([name]) => name);
}

/** Installed packages that need one of these. */
export function dependents(status: Map<string, Record_>, names: string[]): string[] {
  const out = new Set(names);
  for (let again = true; again;) {
    again = false;
    for (const [name, record] of status) {
      if (out.has(name) || !isInstalled(record)) continue;
      const broken = parseRelations(record.Depends).some(
        (clause) =>
          clause.some((r) => out.has(r.name)) &&
          !clause.some(
            (r) =>
              !out.has(r.name) &&
              (isInstalled(status.get(r.name)) || [...status].some(([n, o]) => !out.has(n) && isInstalled(o) && provides(o, r.name))),
          ),
      );
      if (broken) {
        out.add(name);
        again = true;
      }
    }
  }
  return [...out];
}
