/** kubeadm, kubelet, kubectl and what of their dependencies the same repository has, as a flat apt repository. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { KubemendError, providerError } from "../error.ts";
import { download, fetchBytes, guarded } from "./download.ts";

type Stanza = Record<string, string>;

export interface PackageSource {
  /** Repository's address; a flat one without suite. */
  url: string;
  suite?: string;
  components?: string[];
}

/** The community's repository of a minor version, or what an apt source says: "URL SUITE COMPONENT…". */
export function packageSource(kubernetes: string, source: string | undefined): PackageSource {
  if (source === undefined) return { url: `https://pkgs.k8s.io/core:/stable:/v${kubernetes.split(".").slice(0, 2).join(".")}/deb` };
  const [url, suite, ...components] = source.trim().split(/\s+/) as [string, ...string[]];
  return suite === undefined || suite.endsWith("/")
    ? { url: url.replace(/\/+$/, "") }
    : { url: url.replace(/\/+$/, ""), suite, components };
}

/** Fetches into `folder`; the version of kubeadm that was chosen, such as "1.35.2". */
export async function mirrorPackages(
  folder: string,
  kubernetes: string,
  source: PackageSource,
  arch: string,
  say: (text: string, bytes?: number) => void,
): Promise<string> {
  const index = await readIndex(source, arch);
  const newest = (name: string, fits: (version: string) => boolean = () => true): Stanza | undefined =>
    index
      .filter((s) => s.Package === name && [arch, "all"].includes(s.Architecture ?? arch) && fits(s.Version ?? ""))
      .toSorted(byVersion)
      .at(-1);
  const kubeadm = newest("kubeadm", (version) => version.startsWith(`${kubernetes}.`) || version.startsWith(`${kubernetes}-`));
  if (!kubeadm) {
    const there = index.filter((s) => s.Package === "kubeadm").map((s) => s.Version);
    throw providerError("mirror-version", `${source.url} has no kubeadm ${kubernetes} for ${arch}`, {
      hint:
        there.length > 0
          ? `It has: ${there.slice(-6).join(", ")}.`
          : 'Name a repository that has it: --packages-from "URL SUITE COMPONENT".',
    });
  }
  const chosen = new Map<string, Stanza>([["kubeadm", kubeadm]]);
  for (const name of ["kubelet", "kubectl"]) {
    const found = newest(name, (version) => version === kubeadm.Version);
    if (!found) throw providerError("mirror-version", `${source.url} has kubeadm ${kubeadm.Version}, but no ${name} of that version`);
    chosen.set(name, found);
  }
  // dependencies that the distribution has are the machine's affair
  for (const stanza of chosen.values())
    for (const name of (stanza.Depends ?? "").split(/[,|]/).map((clause) => clause.trim().split(/[\s(]/)[0]!)) {
      const found = chosen.has(name) ? undefined : newest(name);
      if (found) chosen.set(name, found);
    }
  const stanzas: Stanza[] = [];
  for (const stanza of chosen.values()) {
    const name = basename(decodeURIComponent(stanza.Filename ?? ""));
    const file = join(folder, name);
    if (stanza.SHA256 === undefined) throw providerError("mirror-checksum", `${source.url}: the index has no SHA-256 sum of ${name}`);
    if (!existsSync(file))
      await download({ url: `${source.url}/${stanza.Filename}`, sha256: stanza.SHA256 }, file, (bytes) => say(name, bytes));
    say(name);
    stanzas.push({ ...stanza, Filename: `./${name}` });
  }
  await writeIndex(folder, stanzas);
  return /^\d+\.\d+\.\d+/.exec(kubeadm.Version!)![0];
}

/** The Packages file, held to the sum in its Release file. */
async function readIndex(source: PackageSource, arch: string): Promise<Stanza[]> {
  const flat = source.suite === undefined;
  const base = flat ? source.url : `${source.url}/dists/${source.suite}`;
  const release = await fetchBytes(`${base}/InRelease`).catch((error: unknown) => {
    if (error instanceof KubemendError && error.details.status !== undefined) return fetchBytes(`${base}/Release`);
    throw error;
  });
  const sums = new Map(
    [...release.toString("utf8").matchAll(/^ ([0-9a-f]{64})\s+\d+\s+(\S+)$/gm)].map((m) => [m[2]!.replace(/^\.\//, ""), m[1]!]),
  );
  const out: Stanza[] = [];
  for (const folder of flat ? [""] : source.components!.map((component) => `${component}/binary-${arch}/`)) {
    const name = [`${folder}Packages`, `${folder}Packages.gz`].find((path) => sums.has(path));
    if (name === undefined)
      throw providerError("mirror-fetch", `${base} has no ${folder}Packages in its Release file`, {
        hint: 'A repository with suites is written "URL SUITE COMPONENT".',
      });
    const bytes = await fetchBytes(`${base}/${name}`);
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== sums.get(name))
      throw providerError("mirror-checksum", `${base}/${name} has the SHA-256 sum ${found}, its Release file says ${sums.get(name)}`);
    out.push(...stanzasOf((name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")));
  }
  return out;
}

function stanzasOf(text: string): Stanza[] {
  return text
    .split(/\n\n+/)
    .filter((block) => block.trim() !== "")
    .map((block) => {
      const stanza: Stanza = {};
      let key = "";
      for (const line of block.split("\n")) {
        if (/^[ \t]/.test(line)) stanza[key] += `\n${line}`;
        else if (line.includes(":")) {
          key = line.slice(0, line.indexOf(":"));
          stanza[key] = line.slice(key.length + 1).trim();
        }
      }
      return stanza;
    });
}

/** Packages that somebody else put into the folder stay in its index. */
async function writeIndex(folder: string, stanzas: Stanza[]): Promise<void> {
  const file = join(folder, "Packages");
  const old = stanzasOf(await readFile(file, "utf8").catch(() => ""));
  const kept = old.filter((s) => !stanzas.some((n) => n.Filename === s.Filename) && existsSync(join(folder, s.Filename ?? "none")));
  const text = [...kept, ...stanzas]
    .map(
      (s) =>
        `${Object.entries(s)
          .map(([key, value]) => `${key}: ${value}\n`)
          .join("")}\n`,
    )
    .join("");
  await guarded(file, async () => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  });
}

/** Good enough for one package's own numbers: 1.9.0-1 before 1.10.0-1. */
function byVersion(a: Stanza, b: Stanza): number {
  const numbers = (s: Stanza): number[] => (s.Version ?? "").split(/[^0-9]+/).map(Number);
  const [x, y] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}
