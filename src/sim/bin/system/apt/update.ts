/** apt-get update. */
import type { Proc } from "../../../kernel/proc.ts";
import { keysIn, verifyClearsigned } from "../../../internet/pgp.ts";
import { fetchUrl, sizeText } from "./fetch.ts";
import { distUrl, indexUrls, isFlat, listFile, listsDir, readSources, shown, type Source } from "./sources.ts";
import { settingsOf } from "./settings.ts";
import type { Say } from "./say.ts";

export async function update(p: Proc, say: Say): Promise<number> {
  let sources: Source[];
  try {
    sources = readSources(p);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    await p.err(`E: ${error.message}\nE: The list of sources could not be read.\n`);
    return 100;
  }
  p.fs.mkdirp(`${listsDir}/partial`, 0o700);
  // two lines for one suite are one download
  const suites = [...new Map(sources.map((s) => [distUrl(s), s])).values()];
  const notes: string[] = [];
  let failed = false;
  let ignored = false;
  let n = 0;
  let total = 0;
  const began = p.now;
  for (const s of suites) {
    const where = distUrl(s);
    const file = listFile(`${where}InRelease`);
    const got = await fetchUrl(p, `${where}InRelease`);
    n++;
    const resolvedShown = (url: string, what: string): string =>
      isFlat(s) && new URL(url).host !== new URL(where).host ? `${url.replace(/\/InRelease$|\/Packages$/, "")}  ${what}` : shown(s, what);
    if (!got.ok) {
      if (got.status === 404 || got.status === 403) {
        await say.line(
          `${got.status === 404 ? "Ign" : "Err"}:${n} ${resolvedShown(got.url, "InRelease")}\n${got.status === 403 ? `  ${got.message}\n` : ""}`,
        );
        if (got.status === 404) {
          n++;
          await say.line(`Err:${n} ${resolvedShown(got.url, "Release")}\n  ${got.message}\n`);
          notes.push(`E: The repository '${shown(s, "Release")}' ${p.fs.exists(file) ? "no longer has" : "does not have"} a Release file.`);
        } else notes.push(`E: Failed to fetch ${got.url}  ${got.message}`, `E: The repository '${shown(s, "InRelease")}' is not signed.`);
        notes.push(
          "N: Updating from such a repository can't be done securely, and is therefore disabled by default.",
          "N: See apt-secure(8) manpage for repository creation and user configuration details.",
        );
        failed = true;
      } else {
        await say.line(`Err:${n} ${shown(s, "InRelease")}\n  ${got.message}\n`);
        notes.push(`W: Failed to fetch ${where}InRelease  ${got.message}`);
        ignored = true;
      }
      continue;
    }
    const name = resolvedShown(got.url, "InRelease");
    const signed = verifyClearsigned(got.body);
    const problem = s.trusted ? undefined : signatureProblem(p, s, signed);
    if (!signed || problem !== undefined) {
      const why = problem ?? "Clearsigned file isn't valid, got 'NOSPLIT' (does the network require authentication?)";
      total += got.size;
      await say.line(`Get:${n} ${name} [${sizeText(got.size)}]\n`);
      await say.line(`Err:${n} ${name}\n  ${why}\n`);
      if (p.fs.exists(file)) {
        notes.push(
          `W: An error occurred during the signature verification. The repository is not updated and the previous index files will be used. GPG error: ${name}: ${why}`,
          `W: Failed to fetch ${where}InRelease  ${why}`,
        );
        ignored = true;
      } else {
        notes.push(
          `W: GPG error: ${name}: ${why}`,
          `E: The repository '${shown(s, "InRelease")}' is not signed.`,
          "N: Updating from such a repository can't be done securely, and is therefore disabled by default.",
          "N: See apt-secure(8) manpage for repository creation and user configuration details.",
        );
        failed = true;
      }
      continue;
    }
    if (p.fs.tryReadText(file) === got.body && indexUrls(s).every((u) => p.fs.exists(listFile(u)))) {
      await say.line(`Hit:${n} ${name}\n`);
      continue;
    }
    total += got.size;
    await say.line(`Get:${n} ${name} [${sizeText(got.size)}]\n`);
    let all = true;
    for (const url of indexUrls(s)) {
      const index = await fetchUrl(p, url);
      n++;
      const component = isFlat(s) ? "Packages" : `${/\/([^/]+)\/binary-amd64/.exec(url)![1]} amd64 Packages`;
      const shownIndex = isFlat(s) ? resolvedShown(index.url, "Packages") : `${s.uri} ${s.suite}/${component}`;
      if (!index.ok) {
        await say.line(`Err:${n} ${shownIndex}\n  ${index.message}\n`);
        notes.push(`E: Failed to fetch ${index.url}  ${index.message}`);
        all = false;
        continue;
      }
      if (index.size === 0) {
        // components without packages here have nothing to show
        n--;
        p.fs.write(listFile(url), "");
        continue;
      }
      total += index.size;
      await say.line(`Get:${n} ${shownIndex} [${sizeText(index.size)}]\n`);
      p.fs.write(listFile(url), index.body);
    }
    if (all) p.fs.write(file, got.body);
    else failed = true;
  }
  if (settingsOf(p).listCleanup) cleanUp(p, sources, suites);
  if (total > 0) {
    const seconds = Math.max(1, Math.round((p.now - began) / 1000));
    await say.line(`Fetched ${sizeText(total)} in ${seconds}s (${sizeText(Math.round(total / seconds))}/s)\n`);
  }
  await say.line(`Reading package lists...${say.done}\n`);
  for (const note of notes) await p.err(`${note}\n`);
  if (ignored && !failed) await p.err("W: Some index files failed to download. They have been ignored, or old ones used instead.\n");
  return failed ? 100 : 0;
}

/** Lists of sources that are gone are removed. */
function cleanUp(p: Proc, sources: Source[], suites: Source[]): void {
  const keep = new Set(
    suites.flatMap((s) => [
      listFile(`${distUrl(s)}InRelease`),
      ...sources
        .filter((x) => distUrl(x) === distUrl(s))
        .flatMap(indexUrls)
        .map(listFile),
    ]),
  );
  for (const f of p.fs.readdir(listsDir))
    if (/(InRelease|Packages)$/.test(f) && !keep.has(`${listsDir}/${f}`)) p.fs.unlink(`${listsDir}/${f}`);
}

function signatureProblem(p: Proc, s: Source, signed: ReturnType<typeof verifyClearsigned>): string | undefined {
  if (!signed) return undefined;
  const files = s.signedBy?.startsWith("/") ? s.signedBy.split(/[,\s]+/) : trusted(p);
  const held =
    files.some((file) => p.fs.isFile(file) && keysIn(p.fs.read(file)).some((key) => key.id === signed.key)) ||
    (s.signedBy?.includes("BEGIN PGP") === true && keysIn(Buffer.from(s.signedBy)).some((k) => k.id === signed.key));
  if (!held) return `The following signatures couldn't be verified because the public key is not available: NO_PUBKEY ${signed.key}`;
  if (!signed.good) return `The following signatures were invalid: BADSIG ${signed.key}`;
  return undefined;
}

function trusted(p: Proc): string[] {
  const dir = "/etc/apt/trusted.gpg.d";
  return [
    ...(p.fs.exists("/etc/apt/trusted.gpg") ? ["/etc/apt/trusted.gpg"] : []),
    ...(p.fs.isDir(dir)
      ? p.fs
          .readdir(dir)
          .filter((f) => /\.(gpg|asc)$/.test(f))
          .map((f) => `${dir}/${f}`)
      : []),
  ];
}
