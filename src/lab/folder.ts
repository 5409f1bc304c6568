/** A folder of labs: one folder a lab, and `shared`, where scripts are that several use. */
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installation } from "../root.ts";

/** Scripts named `shared/…` are not a lab's own. */
const shared = "shared";

/** The labs of a folder; each is called as its own folder is. */
export const labNames = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== shared)
    .map((entry) => entry.name)
    .sort();

/** The places a script may be at, the first that is there counts: labs outside of the installation may use its shared ones, too. */
export function scriptPlaces(dir: string, script: string): string[] {
  if (!script.startsWith(`${shared}/`)) return [join(dir, script)];
  return [...new Set([dirname(dir), join(installation, "labs")].map((folder) => join(folder, script)))];
}

/** The script's file; the first of its places when it is nowhere, for the error that reading it gives. */
export function scriptFile(lab: { dir: string }, script: string): string {
  const places = scriptPlaces(lab.dir, script);
  return places.find((place) => existsSync(place)) ?? places[0]!;
}

export const scriptText = (lab: { dir: string }, script: string): Promise<string> => readFile(scriptFile(lab, script), "utf8");
