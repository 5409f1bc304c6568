/** dpkg's database: /var/lib/dpkg/status and what lies beside it. */
import type { FsView } from "../../../fs/view.ts";
import { parseControl } from "../../../internet/deb.ts";

const statusPath = "/var/lib/dpkg/status";
const autoPath = "/var/lib/apt/extended_states";

/** A stanza of the status file. */
export type Record_ = Record<string, string>;

let last: { text: string; records: Map<string, Record_> } | undefined;

/** Packages that dpkg knows, by name. */
export function readStatus(fs: FsView): Map<string, Record_> {
  const text = fs.tryReadText(statusPath) ?? "";
  if (last?.text !== text) last = { text, records: new Map(parseControl(text).map((r) => [r.Package!, r])) };
  // the caller changes records on the way to a new file; another machine may have this very text
  return new Map([...last.records].map(([name, record]) => [name, { ...record }]));
}

export function writeStatus(fs: FsView, records: Map<string, Record_>): void {
  const text = [...records.values()]
    .sort((a, b) => (a.Package! < b.Package! ? -1 : 1))
    .map(
      (r) =>
        `${Object.entries(r)
          .map(([k, v]) => `${k}: ${v.replace(/\n/g, "\n ")}\n`)
          .join("")}\n`,
    )
    .join("");
  fs.write(statusPath, text);
}

export const isInstalled = (r: Record_ | undefined): r is Record_ & { Status: string; Version: string } =>
  r?.Status?.endsWith(" installed") === true;
/** Unpacked, half-configured… : something that `dpkg --configure -a` goes on with. */
export const isBroken = (r: Record_): boolean => /(unpacked|half-configured|half-installed|triggers-pending)$/.test(r.Status ?? "");
export const isHeld = (r: Record_ | undefined): boolean => r?.Status?.startsWith("hold ") === true;

export function autoInstalled(fs: FsView): Set<string> {
  return new Set(
    parseControl(fs.tryReadText(autoPath) ?? "")
      .filter((s) => s["Auto-Installed"] === "1")
      .map((s) => s.Package!),
  );
}
export function setAuto(fs: FsView, names: Iterable<string>): void {
  fs.write(
    autoPath,
    [...names]
      .sort()
      .map((n) => `Package: ${n}\nArchitecture: amd64\nAuto-Installed: 1\n\n`)
      .join(""),
  );
}

export function listOf(fs: FsView, name: string): string[] {
  return (fs.tryReadText(`/var/lib/dpkg/info/${name}.list`) ?? "").split("\n").filter((l) => l !== "");
}
