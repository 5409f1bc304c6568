/** apt-cache: policy, madison, show, search, depends. */
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { isFlat, readLists, type Candidate } from "./sources.ts";
import { operandsOf } from "./settings.ts";
import { isInstalled, readStatus } from "./status.ts";
import { compareVersions, parseRelations } from "./version.ts";
import { steadyRegExp } from "../../../core/regexp/index.ts";

const sorted = (list: Candidate[]): Candidate[] => [...list].sort((a, b) => compareVersions(b.version, a.version));
const origin = (c: Candidate): string =>
  isFlat(c.source) ? `${c.source.uri}  Packages` : `${c.source.uri} ${c.source.suite}/${c.component} amd64 Packages`;

export async function policy(p: Proc, names: string[]): Promise<number> {
  const lists = readLists(p);
  const status = readStatus(p.fs);
  if (names.length === 0) {
    let text = "Package files:\n 100 /var/lib/dpkg/status\n     release a=now\n";
    const seen = new Set<string>();
    for (const list of lists.values())
      for (const c of list) {
        const key = origin(c);
        if (seen.has(key)) continue;
        seen.add(key);
        const r = c.release;
        text += ` 500 ${key}\n     release ${[
          ["o", r.Origin],
          ["a", r.Suite],
          ["n", r.Codename],
          ["l", r.Label],
          ["c", c.component],
          ["b", "amd64"],
        ]
          .filter(([, v]) => v)
          .map(([k, v]) => `${k}=${v}`)
          .join(",")}\n     origin ${new URL(c.source.uri).host}\n`;
      }
    await p.out(`${text}Pinned packages:\n`);
    return 0;
  }
  for (const name of names) {
    const list = sorted(lists.get(name) ?? []);
    const there = status.get(name);
    const installed = isInstalled(there) ? there.Version! : undefined;
    if (list.length === 0 && !installed) {
      await notice(p, `Unable to locate package ${name}`);
      continue;
    }
    const candidate =
      list[0] && (!installed || compareVersions(list[0].version, installed) > 0) ? list[0].version : (installed ?? "(none)");
    let text = `${name}:\n  Installed: ${installed ?? "(none)"}\n  Candidate: ${candidate}\n  Version table:\n`;
    const versions = [...new Set([...list.map((c) => c.version), ...(installed ? [installed] : [])])].sort((a, b) => compareVersions(b, a));
    for (const version of versions) {
      text += ` ${version === installed ? "***" : "   "} ${version} ${list.some((c) => c.version === version) ? 500 : 100}\n`;
      for (const c of list) if (c.version === version) text += `        500 ${origin(c)}\n`;
      if (version === installed) text += "        100 /var/lib/dpkg/status\n";
    }
    await p.out(text);
  }
  return 0;
}

export async function madison(p: Proc, names: string[]): Promise<number> {
  const lists = readLists(p);
  for (const name of names) {
    const list = sorted(lists.get(name) ?? []);
    if (list.length === 0) await notice(p, `Unable to locate package ${name}`);
    const width = Math.max(10, ...list.map((c) => c.version.length));
    for (const c of list) await p.out(`${name.padStart(10)} | ${c.version.padStart(width)} | ${origin(c)}\n`);
  }
  return 0;
}

export async function search(p: Proc, words: string[]): Promise<number> {
  for (const [name, list] of [...readLists(p)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = list[0]!.fields.Description ?? "";
    if (words.every((w) => steadyRegExp(w, "i").test(`${name} ${text}`))) await p.out(`${name} - ${text.split("\n")[0]}\n`);
  }
  return 0;
}

export async function showPackage(p: Proc, names: string[]): Promise<number> {
  const lists = readLists(p);
  let found = false;
  for (const word of names) {
    const [name, version] = word.split("=") as [string, string | undefined];
    for (const c of sorted(lists.get(name) ?? []).filter((x) => version === undefined || x.version === version)) {
      found = true;
      await p.out(
        `${Object.entries(c.fields)
          .map(([k, v]) => `${k}: ${v.replace(/\n/g, "\n ")}\n`)
          .join("")}\n`,
      );
    }
    if (!lists.has(name)) await notice(p, `Unable to locate package ${name}`);
  }
  if (!found) await p.err("E: No packages found\n");
  return found ? 0 : 100;
}

export const aptCache: CommandProgram = {
  name: "apt-cache",
  async main(p) {
    const [verb, ...names] = operandsOf(p.args);
    switch (verb) {
      case "policy":
        return policy(p, names);
      case "madison":
        return madison(p, names);
      case "show":
        return showPackage(p, names);
      case "search":
        return search(p, names);
      case "pkgnames":
        await p.out(
          [...readLists(p).keys()]
            .filter((n) => n.startsWith(names[0] ?? ""))
            .map((n) => `${n}\n`)
            .join(""),
        );
        return 0;
      case "depends":
        for (const name of names) {
          const c = sorted(readLists(p).get(name) ?? [])[0];
          if (c)
            await p.out(
              `${name}\n${parseRelations(c.fields.Depends)
                .map((clause) => clause.map((r, i) => `${i < clause.length - 1 ? " |" : "  "}Depends: ${r.name}\n`).join(""))
                .join("")}`,
            );
        }
        return 0;
      case undefined:
        await p.out("apt 2.8.3 (amd64)\nUsage: apt-cache [options] command\n       apt-cache [options] show pkg1 [pkg2 ...]\n");
        return 1;
      default:
        if (["rdepends", "dump", "stats", "unmet", "dotty", "showpkg", "showsrc", "gencaches", "xvcg"].includes(verb))
          p.notSimulated(`apt-cache ${verb}`);
        await p.err(`E: Invalid operation ${verb}\n`);
        return 100;
    }
  },
};

/** apt shows notices to people only. */
const notice = async (p: Proc, text: string): Promise<void> => {
  if (p.fds.get(1)?.isTerminal === true) await p.err(`N: ${text}\n`);
};
