/** dpkg and dpkg-query of dpkg 1.22. */
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { parseDeb } from "../../../internet/deb.ts";
import { packageOf } from "../../../internet/repository.ts";
import { matchesPattern } from "../systemctl-list.ts";
import { lockDpkg, releaseLocks } from "./lock.ts";
import { isBroken, isInstalled, listOf, readStatus, writeStatus, type Record_ } from "./status.ts";
import { configure, remove, unpack } from "./unpack.ts";
import { holds, parseRelations } from "./version.ts";

const plain = { confold: false, confnew: false, confdef: false };

export const dpkg: CommandProgram = {
  name: "dpkg",
  async main(p) {
    const options = p.args.filter((a) => a.startsWith("--force") || a === "-E" || a === "-G");
    const args = p.args.filter((a) => !options.includes(a));
    const [action, ...rest] = args;
    const conf = {
      confold: options.includes("--force-confold"),
      confnew: options.includes("--force-confnew"),
      confdef: options.includes("--force-confdef"),
    };
    switch (action) {
      case "-l":
      case "--list":
        return list(p, rest);
      case "-s":
      case "--status":
        return status(p, rest);
      case "-L":
      case "--listfiles":
        return files(p, rest);
      case "-S":
      case "--search":
        return owner(p, rest);
      case "-W":
      case "--show":
        return query(p, rest);
      case "--get-selections": {
        const all = [...readStatus(p.fs).values()].sort((a, b) => (a.Package! < b.Package! ? -1 : 1));
        await p.out(
          all
            .filter((r) => rest.length === 0 || rest.some((x) => matchesPattern(r.Package!, x)))
            .map((r) => `${r.Package}${"\t".repeat(Math.max(1, 6 - Math.floor(r.Package!.length / 8)))}${r.Status!.split(" ")[0]}\n`)
            .join(""),
        );
        return 0;
      }
      case "--set-selections": {
        const records = readStatus(p.fs);
        for (const line of (await p.readAll(0)).toString("utf8").split("\n")) {
          const [name, state] = line.trim().split(/\s+/);
          const r = name ? records.get(name) : undefined;
          if (r && state) r.Status = r.Status!.replace(/^\S+/, state);
        }
        writeStatus(p.fs, records);
        return 0;
      }
      case "--print-architecture":
        await p.out("amd64\n");
        return 0;
      case "--print-foreign-architectures":
        return 0;
      case "--compare-versions": {
        const [a = "", op = "", b = ""] = rest;
        return holds(a, op, b) ? 0 : 1;
      }
      case "--version":
        await p.out("Debian 'dpkg' package management program version 1.22.6 (amd64).\n");
        return 0;
      case "-i":
      case "--install":
        return exclusive(p, () => installFiles(p, rest, conf));
      case "-r":
      case "--remove":
      case "-P":
      case "--purge":
        return exclusive(p, () => removal(p, rest, action === "-P" || action === "--purge"));
      case "--configure":
        return exclusive(p, () => configureAll(p, rest, conf));
      case "-C":
      case "--audit":
        return 0;
      case undefined:
        await p.err(
          "dpkg: error: need an action option\n\nType dpkg --help for help about installing and deinstalling packages [*];\nUse 'apt' or 'aptitude' for user-friendly package management;\nType dpkg -Dhelp for a list of dpkg debug flag values;\nType dpkg --force-help for a list of forcing options;\nType dpkg-deb --help for help about manipulating *.deb files;\n\nOptions marked [*] produce a lot of output - pipe it through 'less' or 'more' !\n",
        );
        return 2;
      default:
        p.notSimulated(`dpkg ${action}`);
    }
    return 2;
  },
};

async function exclusive(p: Proc, work: () => Promise<number>): Promise<number> {
  if (p.uid !== 0) {
    await p.err("dpkg: error: requested operation requires superuser privilege\n");
    return 2;
  }
  const refused = !(await lockDpkg(p));
  if (refused) return 2;
  try {
    return await work();
  } finally {
    releaseLocks(p);
  }
}

async function installFiles(p: Proc, paths: string[], conf: typeof plain): Promise<number> {
  const state = { counted: false };
  const names: string[] = [];
  const errors: string[] = [];
  for (const path of paths) {
    if (!p.fs.exists(path)) {
      await p.err(`dpkg: error: cannot access archive '${path}': No such file or directory\n`);
      return 2;
    }
    const deb = parseDeb(Buffer.from(p.fs.read(path)).toString("latin1"));
    const pkg = deb && packageOf(deb.name, deb.version);
    if (!pkg) {
      await p.err(
        `dpkg-deb: error: '${path}' is not a Debian format archive\ndpkg: error processing archive ${path} (--install):\n dpkg-deb --control subprocess returned error exit status 2\n`,
      );
      errors.push(path);
      continue;
    }
    await unpack(p, pkg, state, path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".");
    names.push(pkg.name);
  }
  const records = readStatus(p.fs);
  for (const name of names) {
    const lacking = parseRelations(records.get(name)!.Depends).find((clause) =>
      clause.every((r) => records.has(r.name) === false && packageOf(r.name, "") === undefined && known(p, r.name)),
    );
    if (lacking) {
      await p.err(
        `dpkg: dependency problems prevent configuration of ${name}:\n ${name} depends on ${lacking[0]!.name}${lacking[0]!.version ? ` (${lacking[0]!.operator} ${lacking[0]!.version})` : ""}; however:\n  Package ${lacking[0]!.name} is not installed.\n\ndpkg: error processing package ${name} (--install):\n dependency problems - leaving unconfigured\n`,
      );
      errors.push(name);
      continue;
    }
    const problem = await configure(p, name, conf);
    if (problem) {
      await p.err(`dpkg: error processing package ${name} (--install):\n ${problem}\n`);
      errors.push(name);
    }
  }
  if (errors.length > 0) await p.err(`Errors were encountered while processing:\n${errors.map((e) => ` ${e}\n`).join("")}`);
  return errors.length > 0 ? 1 : 0;
}

/** Packages of the table that the box does not bring; others count as there. */
const known = (p: Proc, name: string): boolean =>
  ["conntrack", "ebtables", "socat", "cri-tools", "kubernetes-cni", "kubelet", "kubectl", "runc"].includes(name) &&
  !isInstalled(readStatus(p.fs).get(name));

async function removal(p: Proc, names: string[], purge: boolean): Promise<number> {
  const state = { counted: false };
  for (const name of names) {
    const r = readStatus(p.fs).get(name);
    if (!r || (!isInstalled(r) && !purge && !isBroken(r))) {
      await p.err(`dpkg: warning: ignoring request to remove ${name} which isn't installed\n`);
      continue;
    }
    const needing = [...readStatus(p.fs).values()].filter(
      (o) => isInstalled(o) && !names.includes(o.Package!) && parseRelations(o.Depends).some((c) => c.length === 1 && c[0]!.name === name),
    );
    if (needing.length > 0) {
      await p.err(
        `dpkg: dependency problems prevent removal of ${name}:\n${needing.map((o) => ` ${o.Package} depends on ${name}.\n`).join("")}\ndpkg: error processing package ${name} (--${purge ? "purge" : "remove"}):\n dependency problems - not removing\nErrors were encountered while processing:\n ${name}\n`,
      );
      return 1;
    }
    await remove(p, name, purge, state);
  }
  return 0;
}

async function configureAll(p: Proc, names: string[], conf: typeof plain): Promise<number> {
  const all = [...readStatus(p.fs).values()].filter(
    (r) => isBroken(r) && (names.includes("-a") || names.includes("--pending") || names.includes(r.Package!)),
  );
  let code = 0;
  for (const r of all) {
    const problem = await configure(p, r.Package!, conf);
    if (problem) {
      await p.err(
        `dpkg: error processing package ${r.Package} (--configure):\n ${problem}\nErrors were encountered while processing:\n ${r.Package}\n`,
      );
      code = 1;
    }
  }
  return code;
}

const letters = (r: Record_): string => {
  const [want, , state] = (r.Status ?? "").split(" ");
  const w = { install: "i", hold: "h", deinstall: "r", purge: "p" }[want ?? ""] ?? "u";
  const s =
    { installed: "i", "config-files": "c", unpacked: "U", "half-configured": "F", "half-installed": "H", "not-installed": "n" }[
      state ?? ""
    ] ?? "n";
  return `${w}${s}`;
};

async function list(p: Proc, patterns: string[]): Promise<number> {
  const records = [...readStatus(p.fs).values()].sort((a, b) => (a.Package! < b.Package! ? -1 : 1));
  const rows = records.filter((r) => (patterns.length === 0 ? true : patterns.some((x) => matchesPattern(r.Package!, x))));
  for (const x of patterns)
    if (!rows.some((r) => matchesPattern(r.Package!, x))) await p.err(`dpkg-query: no packages found matching ${x}\n`);
  if (rows.length === 0) return 1;
  const w = [
    Math.max(14, ...rows.map((r) => r.Package!.length)),
    Math.max(12, ...rows.map((r) => (r.Version ?? "").length)),
    12,
    Math.max(32, ...rows.map((r) => (r.Description ?? "").split("\n")[0]!.length)),
  ];
  let text = `Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ ${"Name".padEnd(w[0]!)} ${"Version".padEnd(w[1]!)} ${"Architecture".padEnd(w[2]!)} Description\n+++-${w.map((n) => "=".repeat(n)).join("-")}\n`;
  for (const r of rows)
    text += `${letters(r)}  ${r.Package!.padEnd(w[0]!)} ${(r.Version ?? "<none>").padEnd(w[1]!)} ${(r.Architecture ?? "amd64").padEnd(w[2]!)} ${(r.Description ?? "").split("\n")[0]}\n`;
  await p.out(text);
  return 0;
}

async function status(p: Proc, names: string[]): Promise<number> {
  const records = readStatus(p.fs);
  let code = 0;
  for (const name of names) {
    const r = records.get(name);
    if (!r) {
      await p.err(
        `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      );
      code = 1;
      continue;
    }
    await p.out(
      Object.entries(r)
        .map(([k, v]) => `${k}: ${v.replace(/\n/g, "\n ")}\n`)
        .join(""),
    );
  }
  return code;
}

async function files(p: Proc, names: string[]): Promise<number> {
  const records = readStatus(p.fs);
  let code = 0;
  for (const name of names) {
    if (!records.has(name)) {
      await p.err(
        `dpkg-query: package '${name}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n`,
      );
      code = 1;
      continue;
    }
    await p.out(
      listOf(p.fs, name)
        .map((l) => `${l}\n`)
        .join(""),
    );
  }
  return code;
}

async function owner(p: Proc, patterns: string[]): Promise<number> {
  let code = 0;
  const all = [...readStatus(p.fs).keys()].sort().map((name) => ({ name, paths: listOf(p.fs, name) }));
  for (const x of patterns) {
    let found = false;
    for (const { name, paths } of all)
      for (const path of paths)
        if (x.startsWith("/") ? path === x : path.includes(x)) {
          await p.out(`${name}: ${path}\n`);
          found = true;
        }
    if (!found) {
      await p.err(`dpkg-query: no path found matching pattern ${x.startsWith("/") ? x : `*${x}*`}\n`);
      code = 1;
    }
  }
  return code;
}

/** dpkg-query -W with -f. */
async function query(p: Proc, args: string[]): Promise<number> {
  let format = "${binary:Package}\t${Version}\n";
  const names: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const a = args[i]!;
    if (a === "-f") format = args[++i] ?? "";
    else if (a.startsWith("-f=") || a.startsWith("--showformat=")) format = a.slice(a.indexOf("=") + 1);
    else if (a.startsWith("-f")) format = a.slice(2);
    else names.push(a);
  }
  const records = [...readStatus(p.fs).values()].sort((a, b) => (a.Package! < b.Package! ? -1 : 1));
  const rows = records.filter((r) => names.length === 0 || names.some((x) => matchesPattern(r.Package!, x)));
  const fill = (r: Record_) =>
    format
      .replace(/\$\{([^};]+)(?:;(-?\d+))?\}/g, (_m, key: string, width?: string) => {
        const v =
          key === "binary:Package"
            ? r.Package!
            : key === "db:Status-Abbrev"
              ? `${letters(r)} `
              : key === "db:Status-Status"
                ? r.Status!.split(" ")[2]!
                : key === "binary:Summary"
                  ? (r.Description ?? "").split("\n")[0]!
                  : (r[key] ?? "");
        return width === undefined ? v : Number(width) < 0 ? v.padEnd(-Number(width)) : v.padStart(Number(width));
      })
      .replace(/\\n/g, "\n")
      .replace(/\\t/g, "\t");
  await p.out(rows.map(fill).join(""));
  let code = 0;
  for (const x of names)
    if (!rows.some((r) => matchesPattern(r.Package!, x))) {
      await p.err(`dpkg-query: no packages found matching ${x}\n`);
      code = 1;
    }
  return code;
}

export const dpkgQuery: CommandProgram = {
  name: "dpkg-query",
  main(p) {
    const [action, ...rest] = p.args;
    if (action === "-l" || action === "--list") return list(p, rest);
    if (action === "-s" || action === "--status") return status(p, rest);
    if (action === "-L" || action === "--listfiles") return files(p, rest);
    if (action === "-S" || action === "--search") return owner(p, rest);
    if (p.args.some((a) => a === "-W" || a === "--show"))
      return query(
        p,
        p.args.filter((a) => a !== "-W" && a !== "--show"),
      );
    return p.notSimulated(`dpkg-query ${action ?? ""}`);
  },
};
