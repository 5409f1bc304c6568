/** Debian's control texts and package files. */
import { createHash } from "node:crypto";
import type { Package } from "./packages/package.ts";

/** Stanzas of `Key: value` with continuation lines. */
export function parseControl(text: string): Record<string, string>[] {
  const out: Record<string, string>[] = [];
  let current: Record<string, string> | undefined;
  let key = "";
  for (const line of text.split("\n")) {
    if (line.trim() === "") {
      current = undefined;
      continue;
    }
    if (/^[ \t]/.test(line)) {
      if (current) current[key] += `\n${line.trim() === "." ? "" : line.slice(1)}`;
      continue;
    }
    if (line.startsWith("#")) continue;
    const cut = line.indexOf(":");
    if (cut < 0) continue;
    if (!current) out.push((current = {}));
    key = line.slice(0, cut);
    current[key] = line.slice(cut + 1).trim();
  }
  return out;
}

export const debName = (pkg: Package): string => `${pkg.name}_${pkg.version.replace(/^\d+:/, "")}_${pkg.arch}.deb`;

const debDigest = (pkg: Package): string => createHash("sha256").update(`deb ${pkg.name} ${pkg.version}`).digest("hex");

/** Fields that Packages and dpkg's status share. */
export function controlFields(pkg: Package): [string, string][] {
  const list = (xs: string[] | undefined): string => (xs ?? []).join(", ");
  const fields: [string, string][] = [
    ["Priority", pkg.priority ?? "optional"],
    ["Section", pkg.section],
    ["Installed-Size", String(pkg.installed)],
    ["Maintainer", pkg.maintainer ?? ""],
    ["Architecture", pkg.arch],
    ["Version", pkg.version],
    ["Provides", list(pkg.provides)],
    ["Depends", list(pkg.depends)],
    ["Recommends", list(pkg.recommends)],
    ["Conflicts", list(pkg.conflicts)],
  ];
  return fields.filter(([, v]) => v !== "");
}

/** A stanza of a Packages index; `filename` is relative to the archive's root. */
export function indexStanza(pkg: Package, filename: string): string {
  const rows: [string, string][] = [
    ["Package", pkg.name],
    ...controlFields(pkg),
    ["Filename", filename],
    ["Size", String(pkg.size)],
    ["SHA256", debDigest(pkg)],
    ["Description", pkg.description],
  ];
  if (pkg.homepage) rows.push(["Homepage", pkg.homepage]);
  return `${rows.map(([k, v]) => `${k}: ${v}\n`).join("")}\n`;
}

/** Bytes of a .deb: an ar archive's first member, then which package it stands for. */
export const debBytes = (pkg: Package): string =>
  `!<arch>\ndebian-binary   1700000000  0     0     100644  4         \`\n2.0\nkemdeb ${pkg.name} ${pkg.version}\n`;

export function parseDeb(text: string): { name: string; version: string } | undefined {
  const m = /^!<arch>\n[\s\S]*\nkemdeb (\S+) (\S+)\n$/.exec(text);
  return m ? { name: m[1]!, version: m[2]! } : undefined;
}
