/** apt-get and apt of apt 2.8.3. */
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { packageOf } from "../../../internet/repository.ts";
import { parseDeb } from "../../../internet/deb.ts";
import { BadOption, optionTable, parseOptions, type Options } from "../../text/options.ts";
import { matchesPattern } from "../systemctl-list.ts";
import { madison, policy, search, showPackage } from "./apt-cache.ts";
import { fetchUrl, sizeText } from "./fetch.ts";
import { lockDpkg, releaseLocks, takeLock } from "./lock.ts";
import { sayTo, type Say } from "./say.ts";
import { dependents, Solver, unneeded, Unsolvable, type Plan } from "./solve.ts";
import { readLists, shown, isFlat, listsDir, type Candidate } from "./sources.ts";
import { autoInstalled, isBroken, isHeld, isInstalled, readStatus, setAuto, type Record_ } from "./status.ts";
import { configure, remove, unpack, type DpkgOptions } from "./unpack.ts";
import { compareVersions } from "./version.ts";
import { update } from "./update.ts";

const table = optionTable(
  `y,yes,assume-yes assume-no q,quiet=? s,simulate,just-print,dry-run,recon,no-act d,download-only f,fix-broken no-install-recommends ~install-recommends !install-suggests ~no-install-suggests allow-change-held-packages allow-downgrades !allow-remove-essential !allow-unauthenticated !allow-insecure-repositories only-upgrade
   reinstall !no-upgrade purge auto-remove,autoremove ~no-auto-remove !V,verbose-versions o,option= !c,config-file= !m,ignore-missing,fix-missing !t,target-release,default-release= ~u,show-upgraded !no-remove !force-yes !allow-releaseinfo-change !b !build !compile !print-uris !download_ ~show-progress ~no-show-progress !with-source= a,all-versions installed upgradable v,version h,help`,
);

interface Call {
  p: Proc;
  o: Options;
  say: Say;
  names: string[];
}

const verbs: Record<string, (c: Call) => Promise<number>> = {
  update: async (c) => {
    const refusal = takeLock(c.p, `${listsDir}/lock`);
    if (refusal) {
      await c.say.line(`Reading package lists...${c.say.done}\n`);
      await c.p.err(`E: ${refusal}\nE: Unable to lock directory ${listsDir}/\n`);
      return 100;
    }
    return update(c.p, c.say);
  },
  install: (c) => install(c, "install"),
  reinstall: (c) => install(c, "reinstall"),
  upgrade,
  "dist-upgrade": upgrade,
  "full-upgrade": upgrade,
  remove: (c) => removal(c, c.o.has("purge")),
  purge: (c) => removal(c, true),
  autoremove: (c) => removal(c, c.o.has("purge"), true),
  "auto-remove": (c) => removal(c, c.o.has("purge"), true),
  clean: async (c) => {
    const dir = "/var/cache/apt/archives";
    for (const f of c.p.fs.readdir(dir)) if (f.endsWith(".deb")) c.p.fs.unlink(`${dir}/${f}`);
    return 0;
  },
  autoclean: async (c) => {
    await c.say.line(
      `Reading package lists...${c.say.done}\nBuilding dependency tree...${c.say.done}\nReading state information...${c.say.done}\n`,
    );
    return 0;
  },
  check: async (c) => {
    await c.say.line(
      `Reading package lists...${c.say.done}\nBuilding dependency tree...${c.say.done}\nReading state information...${c.say.done}\n`,
    );
    return 0;
  },
  download,
};
const unmodelled = new Set([
  "dselect-upgrade",
  "build-dep",
  "source",
  "changelog",
  "indextargets",
  "satisfy",
  "edit-sources",
  "moo",
  "distclean",
]);

export const aptGet: CommandProgram = {
  name: "apt-get",
  async main(p) {
    const isApt = p.name === "apt";
    let o: Options;
    try {
      o = parseOptions(p.name, table, p.args);
    } catch (error) {
      if (!(error instanceof BadOption)) throw error;
      const m = /'(.*?)'/.exec(error.message)?.[1] ?? "";
      await p.err(
        m.startsWith("--")
          ? `E: Command line option ${m} is not understood in combination with the other options\n`
          : `E: Command line option '${m}' [from -${m}] is not understood in combination with the other options.\n`,
      );
      return 100;
    }
    if (o.has("v")) {
      await p.out("apt 2.8.3 (amd64)\n");
      return 0;
    }
    const [verb, ...names] = o.operands;
    if (verb === undefined || o.has("h")) {
      await p.out(`apt 2.8.3 (amd64)\nUsage: ${p.name} [options] command\n       ${p.name} [options] install|remove pkg1 [pkg2 ...]\n`);
      return verb === undefined && !o.has("h") ? 1 : 0;
    }
    const terminal = p.fds.get(1)?.isTerminal === true;
    if (isApt && !terminal) await p.err("\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n");
    const quiet = quietness(o);
    const call: Call = { p, o, say: sayTo(p, quiet), names };
    if (isApt) {
      const extra: Record<string, (c: Call) => Promise<number>> = {
        list: aptList,
        search: (c) => search(c.p, c.names),
        show: (c) => showPackage(c.p, c.names),
        policy: (c) => policy(c.p, c.names),
        madison: (c) => madison(c.p, c.names),
      };
      if (extra[verb]) return extra[verb](call);
    }
    const run = verbs[verb];
    if (!run) {
      if (unmodelled.has(verb)) p.notSimulated(`${p.name} ${verb}`);
      await p.err(`E: Invalid operation ${verb}\n`);
      return 100;
    }
    try {
      return await run(call);
    } finally {
      releaseLocks(p);
    }
  },
};

/** -q and -qq, -q=2, --quiet. */
function quietness(o: Options): number {
  let level = 0;
  for (const [key, value] of o.list)
    if (key === "q") level = /^=?\d+$/.test(value) ? Number(value.replace("=", "")) : level + 1 + value.length;
  return level;
}

function dpkgOptions(o: Options): DpkgOptions {
  const given = o.values("o").join(" ");
  return { confold: given.includes("force-confold"), confnew: given.includes("force-confnew"), confdef: given.includes("force-confdef") };
}

async function readingLists(c: Call): Promise<void> {
  await c.say.line(`Reading package lists...${c.say.done}\n`);
  await c.p.sleep(350);
  await c.say.line(`Building dependency tree...${c.say.done}\nReading state information...${c.say.done}\n`);
}

const releaseName = (c: Candidate): string => {
  const { Label, Suite, Version } = c.release;
  return [`${Label ?? ""}:${Version ?? ""}`.replace(/:$/, ""), Suite].filter(Boolean).join("/") + ` [${c.fields.Architecture ?? "amd64"}]`;
};

async function install(c: Call, verb: string): Promise<number> {
  const { p, o } = c;
  if (!(await lockDpkg(p))) return 100;
  await readingLists(c);
  const lists = readLists(p);
  const status = readStatus(p.fs);
  const solver = new Solver(lists, status, !o.has("no-install-recommends"));
  const wanted: Candidate[] = [];
  const manual: string[] = [];
  const local = new Map<string, string>();
  const removing: string[] = [];
  const missing: string[] = [];
  for (const word of c.names) {
    if (/^(\.{0,2}\/|.*\.deb$)/.test(word) && word.includes(".deb")) {
      const deb = p.fs.exists(word) ? parseDeb(Buffer.from(p.fs.read(word)).toString("latin1")) : undefined;
      const pkg = deb && packageOf(deb.name, deb.version);
      if (!pkg) {
        await p.err(`E: Unsupported file ${word} given on commandline\n`);
        return 100;
      }
      await c.say.line(`Note, selecting '${pkg.name}' instead of '${word}'\n`);
      const fields: Record<string, string> = {
        Package: pkg.name,
        Version: pkg.version,
        Architecture: pkg.arch,
        Depends: (pkg.depends ?? []).join(", "),
        Conflicts: (pkg.conflicts ?? []).join(", "),
        Provides: (pkg.provides ?? []).join(", "),
        Size: String(pkg.size),
        "Installed-Size": String(pkg.installed),
      };
      const candidate: Candidate = {
        name: pkg.name,
        version: pkg.version,
        fields,
        source: { uri: "", suite: "", components: [], trusted: true, file: "" },
        component: "",
        release: {},
      };
      solver.force(candidate);
      wanted.push(candidate);
      manual.push(pkg.name);
      local.set(pkg.name, word);
      continue;
    }
    if (word.endsWith("-") && !lists.has(word) && (lists.has(word.slice(0, -1)) || status.has(word.slice(0, -1)))) {
      removing.push(word.slice(0, -1));
      continue;
    }
    const m = /^([^=/]+?)(?::\w+)?(?:=(.+)|\/(.+))?$/.exec(word);
    const name = m?.[1] ?? word;
    const all = lists.get(name);
    if (!all || all.length === 0) {
      const virtual = [...lists.values()]
        .map((l) => l[0]!)
        .filter((x) => (x.fields.Provides ?? "").split(",").some((v) => v.trim().split(" ")[0] === name));
      if (virtual.length === 1) {
        await c.say.line(`Note, selecting '${virtual[0]!.name}' instead of '${name}'\n`);
        wanted.push(virtual[0]!);
        manual.push(virtual[0]!.name);
        continue;
      }
      if (isInstalled(status.get(name)) && !m?.[2]) {
        await c.say.line(`${name} is already the newest version (${status.get(name)!.Version}).\n`);
        continue;
      }
      missing.push(`E: Unable to locate package ${word}`);
      continue;
    }
    let candidate: Candidate | undefined;
    if (m?.[2] !== undefined) {
      candidate = [...all]
        .sort((a, b) => compareVersions(b.version, a.version))
        .find((x) => x.version === m[2] || (/[*?]/.test(m[2]!) && matchesPattern(x.version, m[2]!)));
      if (!candidate) {
        missing.push(`E: Version '${m[2]}' for '${name}' was not found`);
        continue;
      }
      if (candidate.version !== m[2])
        await c.say.line(`Selected version '${candidate.version}' (${releaseName(candidate)}) for '${name}'\n`);
      solver.force(candidate);
    } else candidate = solver.candidate(name)!;
    const there = status.get(name);
    if (isInstalled(there) && verb !== "reinstall" && !o.has("reinstall")) {
      if (m?.[2] === undefined && compareVersions(there.Version!, candidate.version) >= 0) {
        await c.say.line(`${name} is already the newest version (${there.Version}).\n`);
        manual.push(name);
        continue;
      }
      if (there.Version === candidate.version) {
        await c.say.line(`${name} is already the newest version (${there.Version}).\n`);
        manual.push(name);
        continue;
      }
      if (isHeld(there) && m?.[2] === undefined) continue;
    } else if (o.has("only-upgrade") && !isInstalled(there)) {
      await c.say.line(`Skipping ${name}, it is not installed and only upgrades are requested.\n`);
      continue;
    }
    wanted.push(candidate);
    manual.push(name);
  }
  if (missing.length > 0) {
    await p.err(`${missing.join("\n")}\n`);
    return 100;
  }
  try {
    for (const candidate of wanted) solver.install(candidate);
  } catch (error) {
    if (!(error instanceof Unsolvable)) throw error;
    await c.p.out(
      `Some packages could not be installed. This may mean that you have\nrequested an impossible situation or if you are using the unstable\ndistribution that some required packages have not yet been created\nor been moved out of Incoming.\nThe following information may help to resolve the situation:\n\nThe following packages have unmet dependencies:\n${error.message}\n`,
    );
    await p.err("E: Unable to correct problems, you have held broken packages.\n");
    return 100;
  }
  const plan = solver.plan(manual);
  if (verb === "reinstall" || o.has("reinstall")) for (const w of wanted) if (!plan.install.includes(w)) plan.install.push(w);
  plan.remove.push(
    ...dependents(status, [...plan.remove, ...removing]).filter((n) => !plan.remove.includes(n) && !plan.install.some((i) => i.name === n)),
  );
  const auto = autoInstalled(p.fs);
  for (const name of manual) auto.delete(name);
  const newAuto = plan.install.filter((i) => !plan.manual.has(i.name) && !isInstalled(status.get(i.name))).map((i) => i.name);
  return commit(c, plan, status, [...auto, ...newAuto], false, local);
}

async function upgrade(c: Call): Promise<number> {
  const { p } = c;
  if (!(await lockDpkg(p))) return 100;
  await readingLists(c);
  await c.say.line(`Calculating upgrade...${c.say.done}\n`);
  const lists = readLists(p);
  const status = readStatus(p.fs);
  const solver = new Solver(lists, status, true);
  const kept: string[] = [];
  for (const [name, record] of status) {
    const candidate = isInstalled(record) ? solver.candidate(name) : undefined;
    if (!candidate || compareVersions(candidate.version, record.Version!) <= 0) continue;
    if (isHeld(record)) kept.push(name);
    else {
      try {
        solver.install(candidate);
      } catch (error) {
        if (!(error instanceof Unsolvable)) throw error;
        kept.push(name);
      }
    }
  }

  if (kept.length > 0) await c.say.line(`The following packages have been kept back:\n${columns(kept)}`);
  const auto = autoInstalled(p.fs);
  return commit(c, solver.plan([...status.keys()]), status, [...auto], false, new Map(), kept.length);
}

/** Names in lines of at most 79 columns, two spaces in front. */
function columns(names: string[]): string {
  let out = "";
  let line = " ";
  for (const name of [...names].sort()) {
    if (line.length + 1 + name.length > 78) {
      out += `${line}\n`;
      line = " ";
    }
    line += ` ${name}`;
  }
  return `${out}${line}\n`;
}

async function removal(c: Call, purge: boolean, auto = false): Promise<number> {
  const { p } = c;
  if (!(await lockDpkg(p))) return 100;
  await readingLists(c);
  const status = readStatus(p.fs);
  const lists = readLists(p);
  const names: string[] = [];
  const missing: string[] = [];
  for (const word of c.names) {
    const matches = /[*?]/.test(word) ? [...status.keys()].filter((n) => matchesPattern(n, word)) : [word];
    for (const name of matches) {
      const record = status.get(name);
      if (isInstalled(record) || (purge && record && record.Status?.endsWith("config-files")) || (record && isBroken(record)))
        names.push(name);
      else if (record || lists.has(name)) await c.say.line(`Package '${name}' is not installed, so not removed\n`);
      else missing.push(`E: Unable to locate package ${name}`);
    }
  }
  if (missing.length > 0) {
    await p.err(`${missing.join("\n")}\n`);
    return 100;
  }
  const all = dependents(status, names);
  const autos = autoInstalled(p.fs);
  if (auto || c.o.has("auto-remove")) {
    const rest = new Map([...status].filter(([n]) => !all.includes(n)));
    all.push(...unneeded(rest, autos));
  }
  return commit(
    c,
    { install: [], remove: all, manual: new Set() },
    status,
    [...autos].filter((n) => !all.includes(n)),
    purge,
    new Map(),
  );
}

/** Announces a plan, asks, downloads and carries it out. */
async function commit(
  c: Call,
  plan: Plan,
  status: Map<string, Record_>,
  auto: string[],
  purge: boolean,
  local: Map<string, string>,
  keptBack = 0,
): Promise<number> {
  const { p, o, say } = c;
  const fresh = plan.install.filter((i) => !isInstalled(status.get(i.name)));
  const downgrades = plan.install.filter(
    (i) => isInstalled(status.get(i.name)) && compareVersions(i.version, status.get(i.name)!.Version!) < 0,
  );
  const upgrades = plan.install.filter(
    (i) => isInstalled(status.get(i.name)) && compareVersions(i.version, status.get(i.name)!.Version!) > 0,
  );
  const again = plan.install.filter((i) => status.get(i.name)?.Version === i.version && isInstalled(status.get(i.name)));
  const held = [...plan.install.map((i) => i.name), ...plan.remove].filter((n) => isHeld(status.get(n)));
  const extra = fresh.filter((i) => !plan.manual.has(i.name)).map((i) => i.name);
  const remaining = new Map([...status].filter(([n]) => !plan.remove.includes(n)));
  for (const i of plan.install) remaining.set(i.name, { Package: i.name, Status: "install ok installed", Version: i.version, ...i.fields });
  const loose = unneeded(remaining, new Set(auto)).filter((n) => isInstalled(status.get(n)));
  if (loose.length > 0 && !c.o.has("auto-remove"))
    await say.line(
      `The following package${loose.length === 1 ? " was" : "s were"} automatically installed and ${loose.length === 1 ? "is" : "are"} no longer required:\n${columns(loose)}Use 'apt autoremove' to remove ${loose.length === 1 ? "it" : "them"}.\n`,
    );
  if (extra.length > 0) await say.line(`The following additional packages will be installed:\n${columns(extra)}`);
  if (plan.remove.length > 0)
    await say.line(`The following packages will be REMOVED:\n${columns(plan.remove.map((n) => (purge ? `${n}*` : n)))}`);
  if (fresh.length > 0) await say.line(`The following NEW packages will be installed:\n${columns(fresh.map((i) => i.name))}`);
  if (held.length > 0) await say.line(`The following held packages will be changed:\n${columns(held)}`);
  if (upgrades.length > 0) await say.line(`The following packages will be upgraded:\n${columns(upgrades.map((i) => i.name))}`);
  if (downgrades.length > 0) await say.line(`The following packages will be DOWNGRADED:\n${columns(downgrades.map((i) => i.name))}`);
  const lists = readLists(p);
  const notUpgraded =
    keptBack ||
    [...status].filter(
      ([n, r]) =>
        isInstalled(r) &&
        !plan.install.some((i) => i.name === n) &&
        !plan.remove.includes(n) &&
        (lists.get(n) ?? []).some((x) => compareVersions(x.version, r.Version!) > 0),
    ).length;
  await say.line(
    `${upgrades.length} upgraded, ${fresh.length} newly installed, ${again.length > 0 ? `${again.length} reinstalled, ` : ""}${downgrades.length > 0 ? `${downgrades.length} downgraded, ` : ""}${plan.remove.length} to remove and ${notUpgraded} not upgraded.\n`,
  );
  if (plan.install.length === 0 && plan.remove.length === 0) {
    setAuto(p.fs, auto);
    return (await finishBroken(c)) ?? 0;
  }
  const yes = o.has("y") || quietness(o) >= 2;
  if (held.length > 0 && yes && !o.has("allow-change-held-packages")) {
    await p.err("E: Held packages were changed and -y was used without --allow-change-held-packages.\n");
    return 100;
  }
  if (downgrades.length > 0 && yes && !o.has("allow-downgrades")) {
    await p.err("E: Packages were downgraded and -y was used without --allow-downgrades.\n");
    return 100;
  }
  const bytes = plan.install.filter((i) => !local.has(i.name)).reduce((sum, i) => sum + Number(i.fields.Size ?? 0), 0);
  const kib =
    plan.install.reduce(
      (sum, i) => sum + Number(i.fields["Installed-Size"] ?? 0) - Number(status.get(i.name)?.["Installed-Size"] ?? 0),
      0,
    ) - plan.remove.reduce((sum, n) => sum + Number(status.get(n)?.["Installed-Size"] ?? 0), 0);
  if (bytes > 0) await say.line(`Need to get ${sizeText(bytes)} of archives.\n`);
  await say.line(
    `After this operation, ${sizeText(Math.abs(kib) * 1024)} ${kib < 0 ? "disk space will be freed" : "of additional disk space will be used"}.\n`,
  );
  if (o.has("s")) {
    for (const i of plan.install) await p.out(`Inst ${i.name} (${i.version} ${releaseName(i)})\n`);
    for (const n of plan.remove) await p.out(`Remv ${n} [${status.get(n)!.Version}]\n`);
    for (const i of plan.install) await p.out(`Conf ${i.name} (${i.version} ${releaseName(i)})\n`);
    return 0;
  }
  const needsAnswer = extra.length > 0 || plan.remove.length > 0 || upgrades.length > 0 || held.length > 0 || downgrades.length > 0;
  if (needsAnswer && !yes) {
    await p.out("Do you want to continue? [Y/n] ");
    const answer = o.has("assume-no") ? "n" : Buffer.from(await p.read(0)).toString("utf8");
    if (answer === "" || /^n/i.test(answer.trim())) {
      await p.out("Abort.\n");
      return 1;
    }
  }
  const began = p.now;
  let n = 0;
  for (const i of plan.install) {
    if (local.has(i.name)) continue;
    const url = `${i.source.uri}/${i.fields.Filename}`.replace(/([^:])\/\//g, "$1/");
    const got = await fetchUrl(p, url);
    n++;
    const where =
      got.url && isFlat(i.source)
        ? `${got.url.replace(/\/amd64\/[^/]*$/, "")}  ${i.name} ${i.version}`
        : `${shown(i.source, "").trim()}/${i.component} amd64 ${i.name} amd64 ${i.version}`;
    if (!got.ok) {
      await say.line(`Err:${n} ${where}\n  ${got.message}\n`);
      await p.err(
        `E: Failed to fetch ${got.url}  ${got.message}\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n`,
      );
      return 100;
    }
    p.fs.write(`/var/cache/apt/archives/${i.name}_${i.version.replace(/:/g, "%3a")}_${i.fields.Architecture}.deb`, got.body);
    await say.line(`Get:${n} ${where} [${sizeText(got.size)}]\n`);
  }
  if (n > 0) {
    const seconds = Math.max(1, Math.round((p.now - began) / 1000));
    await say.line(`Fetched ${sizeText(bytes)} in ${seconds}s (${sizeText(Math.round(bytes / seconds))}/s)\n`);
  }
  if (o.has("d")) {
    await say.line("Download complete and in download only mode\n");
    return 0;
  }
  const state = { counted: false };
  for (const name of plan.remove) await remove(p, name, purge, state);
  for (const i of plan.install) {
    const pkg = packageOf(i.name, i.version);
    if (!pkg) return p.notSimulated(`package ${i.name} ${i.version}`);
    await unpack(p, pkg, state, local.has(i.name) ? local.get(i.name)!.replace(/\/[^/]*$/, "") || "." : "...");
  }
  const errors: string[] = [];
  for (const i of plan.install) {
    const problem = await configure(p, i.name, dpkgOptions(o));
    if (problem) {
      await p.err(`dpkg: error processing package ${i.name} (--configure):\n ${problem}\n`);
      errors.push(i.name);
    }
  }
  setAuto(p.fs, auto);
  if (plan.install.some((i) => packageOf(i.name, i.version)?.files.some((f) => f.path.includes("/man/"))))
    await p.out("Processing triggers for man-db (2.12.0-4build2) ...\n");
  if (errors.length > 0) {
    await p.err(`Errors were encountered while processing:\n${errors.map((e) => ` ${e}\n`).join("")}`);
    await p.err("E: Sub-process /usr/bin/dpkg returned an error code (1)\n");
    return 100;
  }
  return 0;
}

/** Packages that an earlier run has left half configured are configured now. */
async function finishBroken(c: Call): Promise<number | undefined> {
  const broken = [...readStatus(c.p.fs).values()].filter(isBroken);
  for (const record of broken) {
    const problem = await configure(c.p, record.Package!, dpkgOptions(c.o));
    if (problem) {
      if (c.o.has("f")) c.p.notSimulated("apt-get --fix-broken where dependencies are missing");
      await c.p.err(
        `dpkg: error processing package ${record.Package} (--configure):\n ${problem}\nErrors were encountered while processing:\n ${record.Package}\nE: Sub-process /usr/bin/dpkg returned an error code (1)\n`,
      );
      return 100;
    }
  }
  return undefined;
}

async function download(c: Call): Promise<number> {
  const { p } = c;
  const lists = readLists(p);
  let n = 0;
  for (const word of c.names) {
    const [name, version] = word.split("=") as [string, string | undefined];
    const candidates = [...(lists.get(name) ?? [])].sort((a, b) => compareVersions(b.version, a.version));
    const pick = version === undefined ? candidates[0] : candidates.find((x) => matchesPattern(x.version, version));
    if (!pick) {
      await p.err(
        candidates.length > 0 ? `E: Version '${version}' for '${name}' was not found\n` : `E: Unable to locate package ${name}\n`,
      );
      return 100;
    }
    const got = await fetchUrl(p, `${pick.source.uri}/${pick.fields.Filename}`);
    n++;
    if (!got.ok) {
      await p.err(`E: Failed to fetch ${got.url}  ${got.message}\n`);
      return 100;
    }
    await c.say.line(
      `Get:${n} ${got.url.replace(/\/[^/]*$/, "")} ${pick.name} ${pick.version} [${sizeText(got.size)}]\nFetched ${sizeText(got.size)} in 1s (${sizeText(got.size)}/s)\n`,
    );
    p.fs.write(`${p.cwd}/${name}_${pick.version.replace(/:/g, "%3a")}_${pick.fields.Architecture}.deb`, got.body);
  }
  return 0;
}

async function aptList(c: Call): Promise<number> {
  const { p, o } = c;
  const lists = readLists(p);
  const status = readStatus(p.fs);
  const auto = autoInstalled(p.fs);
  await p.out("Listing...\n");
  const names = [...new Set([...lists.keys(), ...status.keys()])]
    .sort()
    .filter((n) => c.names.length === 0 || c.names.some((x) => matchesPattern(n, x)));
  for (const name of names) {
    const candidates = [...(lists.get(name) ?? [])].sort((a, b) => compareVersions(b.version, a.version));
    const there = status.get(name);
    const installed = isInstalled(there);
    if (o.has("installed") && !installed) continue;
    const newer = installed && candidates[0] && compareVersions(candidates[0].version, there.Version!) > 0;
    if (o.has("upgradable") && !newer) continue;
    const rows = o.has("a") ? candidates : candidates.slice(0, 1);
    if (rows.length === 0 && installed) await p.out(`${name}/now ${there.Version} ${there.Architecture} [installed,local]\n`);
    for (const row of rows) {
      const suite = row.release.Suite ?? "unknown";
      const state =
        installed && there.Version === row.version
          ? ` [installed${auto.has(name) ? ",automatic" : ""}]`
          : newer
            ? ` [upgradable from: ${there.Version}]`
            : "";
      await p.out(`${name}/${suite} ${row.version} ${row.fields.Architecture}${state}\n`);
    }
    if (o.has("a") && rows.length > 0) await p.out("\n");
  }
  return 0;
}
