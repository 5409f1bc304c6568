/** sources.list(5), and the lists that `apt-get update` has fetched. */
import { parseControl } from "../../../internet/deb.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { settingsOf } from "./settings.ts";

export interface Source {
  uri: string;
  suite: string;
  components: string[];
  signedBy?: string;
  trusted: boolean;
  file: string;
}

/** Throws SyntaxError with apt's message for a malformed line. */
export function readSources(p: Proc): Source[] {
  const out: Source[] = [];
  const { fs } = p;
  const { sourceList, sourceParts } = settingsOf(p);
  const files = [sourceList];
  if (sourceParts !== undefined && fs.isDir(sourceParts))
    for (const f of fs.readdir(sourceParts)) if (/\.(list|sources)$/.test(f)) files.push(`${sourceParts}/${f}`);
  for (const file of files) {
    const text = fs.tryReadText(file) ?? "";
    if (file.endsWith(".sources")) {
      for (const s of parseControl(text)) {
        if (/^no$/i.test(s.Enabled ?? "yes") || !/\bdeb\b/.test(s.Types ?? "deb")) continue;
        for (const uri of (s.URIs ?? "").split(/\s+/).filter(Boolean))
          for (const suite of (s.Suites ?? "").split(/\s+/).filter(Boolean))
            out.push({
              uri: uri.replace(/\/+$/, ""),
              suite,
              components: (s.Components ?? "").split(/\s+/).filter(Boolean),
              ...(s["Signed-By"] ? { signedBy: s["Signed-By"].trim() } : {}),
              trusted: /^yes$/i.test(s.Trusted ?? ""),
              file,
            });
      }
      continue;
    }
    text.split("\n").forEach((raw, i) => {
      const line = raw.replace(/#.*/, "").trim();
      if (line === "") return;
      const m = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)(?:\s+(.*))?$/.exec(line);
      if (!m) {
        const type = line.split(/\s+/)[0]!;
        if (type !== "deb" && type !== "deb-src")
          throw new SyntaxError(`Type '${type}' is not known on line ${i + 1} in source list ${file}`);
        throw new SyntaxError(`Malformed entry ${i + 1} in list file ${file} (${/\s\S+\s/.test(line) ? "Component" : "Suite"})`);
      }
      if (m[1] === "deb-src") return;
      const options = Object.fromEntries(
        (m[2] ?? "")
          .split(/\s+/)
          .filter(Boolean)
          .map((o) => [o.slice(0, o.indexOf("=")).replace(/\+$/, ""), o.slice(o.indexOf("=") + 1)]),
      );
      const suite = m[4]!;
      const components = (m[5] ?? "").split(/\s+/).filter(Boolean);
      if (!suite.endsWith("/") && components.length === 0)
        throw new SyntaxError(`Malformed entry ${i + 1} in list file ${file} (Component)`);
      if (options.arch && !options.arch.split(",").includes("amd64")) return;
      out.push({
        uri: m[3]!.replace(/\/+$/, ""),
        suite,
        components,
        ...(options["signed-by"] ? { signedBy: options["signed-by"] } : {}),
        trusted: options.trusted === "yes",
        file,
      });
    });
  }
  return out;
}

export const isFlat = (s: Source): boolean => s.suite.endsWith("/");

/** URL of the folder that holds InRelease. */
export const distUrl = (s: Source): string => (isFlat(s) ? `${s.uri}/${s.suite === "/" ? "" : s.suite}` : `${s.uri}/dists/${s.suite}/`);
/** As apt names it in messages. */
export const shown = (s: Source, what: string): string =>
  isFlat(s) ? `${s.uri} ${s.suite === "/" ? "" : s.suite} ${what}`.replace(/ {3}/, "  ") : `${s.uri} ${s.suite} ${what}`;

export const listsDir = "/var/lib/apt/lists";
/** File name of a fetched URL. */
export const listFile = (url: string): string =>
  `${listsDir}/${url
    .replace(/^https?:\/\//, "")
    .replace(/_/g, "%5f")
    .replace(/\//g, "_")}`;

export const indexUrls = (s: Source): string[] =>
  isFlat(s) ? [`${distUrl(s)}Packages`] : s.components.map((c) => `${distUrl(s)}${c}/binary-amd64/Packages`);

export interface Candidate {
  name: string;
  version: string;
  fields: Record<string, string>;
  source: Source;
  component: string;
  release: Record<string, string>;
}

const parsed = new Map<string, Record<string, string>[]>();
function stanzas(text: string): Record<string, string>[] {
  let known = parsed.get(text);
  if (!known) {
    if (parsed.size > 60) parsed.clear();
    parsed.set(text, (known = parseControl(text)));
  }
  return known;
}

/** Every version of every package that the fetched lists offer. */
export function readLists(p: Proc): Map<string, Candidate[]> {
  const { fs } = p;
  const out = new Map<string, Candidate[]>();
  let sources: Source[] = [];
  try {
    sources = readSources(p);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  for (const source of sources) {
    const inRelease = fs.tryReadText(listFile(`${distUrl(source)}InRelease`));
    const release = inRelease
      ? (stanzas(
          inRelease.replace(/^-----BEGIN PGP SIGNED MESSAGE-----\nHash: \w+\n\n/, "").replace(/-----BEGIN PGP SIGNATURE[\s\S]*/, ""),
        )[0] ?? {})
      : {};
    indexUrls(source).forEach((url, i) => {
      const text = fs.tryReadText(listFile(url));
      if (text === undefined) return;
      for (const fields of stanzas(text)) {
        const list = out.get(fields.Package!) ?? [];
        if (!list.some((c) => c.version === fields.Version && c.source.uri === source.uri))
          list.push({ name: fields.Package!, version: fields.Version!, fields, source, component: source.components[i] ?? "", release });
        out.set(fields.Package!, list);
      }
    });
  }
  return out;
}
