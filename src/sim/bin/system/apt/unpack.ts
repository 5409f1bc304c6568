/** What dpkg does with one package: unpack, configure, remove. */
import { Errno } from "../../../core/errno.ts";
import { executable } from "../../../fs/image.ts";
import { dirname } from "../../../fs/view.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { users } from "../../../image/users.ts";
import { controlFields, debName } from "../../../internet/deb.ts";
import type { Action, Package } from "../../../internet/packages/package.ts";
import { packageOf } from "../../../internet/repository.ts";
import { connectManager } from "../manager-client.ts";
import { isInstalled, listOf, readStatus, writeStatus, type Record_ } from "./status.ts";

export interface DpkgOptions {
  confold: boolean;
  confnew: boolean;
  confdef: boolean;
}

const infoDir = "/var/lib/dpkg/info";

function logTo(p: Proc, text: string): void {
  const d = new Date(p.now).toISOString();
  p.fs.write("/var/log/dpkg.log", `${d.slice(0, 10)} ${d.slice(11, 19)} ${text}\n`, { append: true, mode: 0o644 });
}

/** Files and folders that dpkg counts. */
function filesInDatabase(p: Proc): number {
  let n = 86_411;
  if (p.fs.isDir(infoDir))
    for (const f of p.fs.readdir(infoDir)) if (f.endsWith(".list")) n += p.fs.readText(`${infoDir}/${f}`).split("\n").length - 1;
  return n;
}

export async function unpack(p: Proc, pkg: Package, state: { counted: boolean }, folder = "..."): Promise<void> {
  const status = readStatus(p.fs);
  const old = status.get(pkg.name);
  if (!isInstalled(old)) await p.out(`Selecting previously unselected package ${pkg.name}.\n`);
  if (!state.counted) await p.out(`(Reading database ... ${filesInDatabase(p)} files and directories currently installed.)\n`);
  state.counted = true;
  await p.out(`Preparing to unpack ${folder}/${debName(pkg)} ...\n`);
  await p.out(
    isInstalled(old)
      ? `Unpacking ${pkg.name} (${pkg.version}) over (${old.Version}) ...\n`
      : `Unpacking ${pkg.name} (${pkg.version}) ...\n`,
  );
  await p.sleep(60 + pkg.installed / 400);
  logTo(p, `install ${pkg.name}:${pkg.arch} ${old?.Version ?? "<none>"} ${pkg.version}`);
  const paths: string[] = ["/."];
  for (const file of pkg.files) {
    const parts = file.path.split("/").filter(Boolean);
    for (let i = 1; i < parts.length; i++) {
      const dir = `/${parts.slice(0, i).join("/")}`;
      if (!paths.includes(dir)) paths.push(dir);
    }
    paths.push(file.path);
    if (file.conffile) continue;
    place(p, file);
  }
  // files of the older version that the new one has not
  for (const path of listOf(p.fs, pkg.name)) if (!paths.includes(path) && p.fs.tryStat(path, false)?.type === "file") p.fs.unlink(path);
  p.fs.mkdirp(infoDir, 0o755);
  p.fs.write(`${infoDir}/${pkg.name}.list`, paths.map((l) => `${l}\n`).join(""));
  const conffiles = pkg.files.filter((f) => f.conffile).map((f) => f.path);
  if (conffiles.length > 0) p.fs.write(`${infoDir}/${pkg.name}.conffiles`, conffiles.map((c) => `${c}\n`).join(""));
  status.set(pkg.name, {
    ...record(pkg, `${old?.Status?.startsWith("hold") ? "hold" : "install"} ok unpacked`),
    ...(old?.Conffiles ? { Conffiles: old.Conffiles } : {}),
  });
  writeStatus(p.fs, status);
  logTo(p, `status unpacked ${pkg.name}:${pkg.arch} ${pkg.version}`);
}

function record(pkg: Package, state: string): Record_ {
  return { Package: pkg.name, Status: state, ...Object.fromEntries(controlFields(pkg)), Description: pkg.description };
}

function place(p: Proc, file: Package["files"][number]): void {
  if (file.dir) {
    if (!p.fs.exists(file.path)) p.fs.mkdirp(file.path, file.mode ?? 0o755);
    return;
  }
  p.fs.mkdirp(dirname(file.path), 0o755);
  const there = p.fs.tryStat(file.path, false);
  if (there && there.type !== "dir") p.fs.unlink(file.path);
  if (file.link !== undefined) {
    p.fs.symlink(file.link, file.path);
    return;
  }
  p.fs.write(file.path, file.text ?? "", { mode: file.mode ?? (file.program ? 0o755 : 0o644) });
  if (file.program) p.fs.setContent(file.path, executable(file.program, file.version, file.size));
  if (file.program || file.mode !== undefined) p.fs.chmod(file.path, file.mode ?? 0o755);
}

/** Returns what went wrong, as dpkg words it. */
export async function configure(p: Proc, name: string, options: DpkgOptions): Promise<string | undefined> {
  const status = readStatus(p.fs);
  const own = status.get(name)!;
  const pkg = packageOf(name, own.Version!);
  if (!pkg) return undefined;
  await p.out(`Setting up ${name} (${pkg.version}) ...\n`);
  await p.sleep(30);
  const known = new Map(
    (own.Conffiles ?? "")
      .split("\n")
      .map((l) => l.trim().split(/\s+/))
      .filter((f) => f.length >= 2)
      .map((f) => [f[0]!, f[1]!]),
  );
  for (const file of pkg.files) {
    if (!file.conffile) continue;
    const problem = await conffile(p, file, known.get(file.path), options);
    if (problem) {
      own.Status = own.Status!.replace(/\S+$/, "half-configured");
      writeStatus(p.fs, status);
      return problem;
    }
    known.set(file.path, digest(file.text ?? ""));
  }
  for (const action of pkg.postinst ?? []) await act(p, action);
  const after = readStatus(p.fs);
  const r = after.get(name)!;
  r.Status = r.Status!.replace(/\S+$/, "installed");
  if (known.size > 0) r.Conffiles = [...known].map(([path, sum]) => `\n${path} ${sum}`).join("");
  writeStatus(p.fs, after);
  logTo(p, `status installed ${name}:${pkg.arch} ${pkg.version}`);
  return undefined;
}

/** A short stand-in for the MD5 sum that dpkg keeps of each configuration file as it was shipped. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 16777619) >>> 0;
    b = (Math.imul(b, 31) + text.charCodeAt(i)) >>> 0;
  }
  return [a, b, a ^ b, (a + b) >>> 0].map((n) => (n >>> 0).toString(16).padStart(8, "0")).join("");
}

async function conffile(
  p: Proc,
  file: Package["files"][number],
  shipped: string | undefined,
  options: DpkgOptions,
): Promise<string | undefined> {
  const there = p.fs.tryReadText(file.path);
  const text = file.text ?? "";
  if (there === undefined) {
    // deleted by the administrator: not brought back
    if (shipped === undefined || options.confnew) place(p, file);
    return undefined;
  }
  if (there === text) return undefined;
  if (shipped === digest(text)) return undefined; // only the administrator has changed it
  if (shipped === digest(there)) {
    place(p, file);
    return undefined;
  }
  await p.out(
    `\nConfiguration file '${file.path}'\n ==> ${shipped === undefined ? "File on system created by you or by a script." : "Modified (by you or by a script) since installation."}\n ==> ${shipped === undefined ? "File also in package provided by package maintainer." : "Package distributor has shipped an updated version."}\n`,
  );
  if (options.confnew) {
    await p.out(" ==> Using new file as you requested.\n");
    p.fs.write(`${file.path}.dpkg-old`, there);
    place(p, file);
    return undefined;
  }
  if (options.confold || options.confdef) {
    await p.out(` ==> Keeping old config file as default.\n`);
    p.fs.write(`${file.path}.dpkg-dist`, text);
    return undefined;
  }
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  await p.out(
    `   What would you like to do about it ?  Your options are:\n    Y or I  : install the package maintainer's version\n    N or O  : keep your currently-installed version\n      D     : show the differences between the versions\n      Z     : start a shell to examine the situation\n The default action is to keep your current version.\n*** ${name} (Y/I/N/O/D/Z) [default=N] ? `,
  );
  const answer = Buffer.from(await p.read(0)).toString("utf8");
  if (answer === "") return "end of file on stdin at conffile prompt";
  if (/^[yi]/i.test(answer.trim())) {
    p.fs.write(`${file.path}.dpkg-old`, there);
    place(p, file);
  } else p.fs.write(`${file.path}.dpkg-dist`, text);
  return undefined;
}

async function act(p: Proc, action: Action): Promise<void> {
  switch (action.do) {
    case "enable": {
      if (!connectManager(p)) {
        await runQuietly(p, ["systemctl", "enable", action.unit]);
        return;
      }
      // deb-systemd-helper does not enable what the administrator has masked, and says which links it makes
      await runQuietly(p, ["systemctl", "enable", action.unit]);
      await runQuietly(p, ["systemctl", "daemon-reload"]);
      if (action.start) {
        const code = await runQuietly(p, ["systemctl", "restart", action.unit]);
        if (code !== 0) await p.out(`invoke-rc.d: initscript ${action.unit.replace(".service", "")}, action "start" failed.\n`);
      }
      return;
    }
    case "user": {
      if (users(p.fs).some((u) => u.name === action.name)) return;
      let id = 988;
      while (users(p.fs).some((u) => u.uid === id)) id--;
      p.fs.write("/etc/passwd", `${action.name}:x:${id}:${id}::${action.home}:${action.shell}\n`, { append: true });
      p.fs.write("/etc/group", `${action.name}:x:${id}:\n`, { append: true });
      return;
    }
    case "group":
      if (!(p.fs.tryReadText("/etc/group") ?? "").includes(`\n${action.name}:`))
        p.fs.write("/etc/group", `${action.name}:x:988:\n`, { append: true });
      return;
    case "modules":
      return;
  }
}

async function runQuietly(p: Proc, argv: string[]): Promise<number> {
  try {
    const child = p.spawn({ argv });
    return (await p.wait(child)).code;
  } catch (error) {
    if (error instanceof Errno) return 127;
    throw error;
  }
}

export async function remove(p: Proc, name: string, purge: boolean, state: { counted: boolean }): Promise<void> {
  const status = readStatus(p.fs);
  const own = status.get(name)!;
  const pkg = packageOf(name, own.Version ?? "");
  if (isInstalled(own) || / (unpacked|half-configured)$/.test(own.Status ?? "")) {
    if (!state.counted) await p.out(`(Reading database ... ${filesInDatabase(p)} files and directories currently installed.)\n`);
    state.counted = true;
    await p.out(`Removing ${name} (${own.Version}) ...\n`);
    for (const action of pkg?.postinst ?? [])
      if (action.do === "enable" && connectManager(p)) await runQuietly(p, ["systemctl", "stop", action.unit]);
    await p.sleep(80);
    const conffiles = new Set((pkg?.files ?? []).filter((f) => f.conffile).map((f) => f.path));
    const shared = new Set([...status.values()].filter((r) => r.Package !== name).flatMap((r) => listOf(p.fs, r.Package!)));
    for (const path of [...listOf(p.fs, name)].reverse()) {
      if (conffiles.has(path) || path === "/." || shared.has(path)) continue;
      const s = p.fs.tryStat(path, false);
      if (!s) continue;
      try {
        if (s.type === "dir") p.fs.rmdir(path);
        else p.fs.unlink(path);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (error.code === "ENOTEMPTY" && pkg?.files.some((f) => f.path === path && f.dir))
          await p.err(`dpkg: warning: while removing ${name}, directory '${path}' not empty so not removed\n`);
      }
    }
    if (connectManager(p) && pkg?.postinst?.some((a) => a.do === "enable")) await runQuietly(p, ["systemctl", "daemon-reload"]);
    logTo(p, `remove ${name}:amd64 ${own.Version} <none>`);
    if (conffiles.size > 0 && !purge) {
      own.Status = "deinstall ok config-files";
      writeStatus(p.fs, status);
      return;
    }
  }
  if (purge) {
    if (own.Status?.endsWith("config-files") && !state.counted)
      await p.out(`(Reading database ... ${filesInDatabase(p)} files and directories currently installed.)\n`);
    state.counted = true;
    await p.out(`Purging configuration files for ${name} (${own.Version}) ...\n`);
    for (const f of pkg?.files ?? []) if (f.conffile) p.fs.removeAll(f.path);
    for (const action of pkg?.postinst ?? [])
      if (action.do === "enable")
        for (const dir of ["multi-user.target.wants"]) p.fs.removeAll(`/etc/systemd/system/${dir}/${action.unit}`);
  }
  const after = readStatus(p.fs);
  after.delete(name);
  writeStatus(p.fs, after);
  for (const ext of ["list", "conffiles"]) p.fs.removeAll(`${infoDir}/${name}.${ext}`);
}
