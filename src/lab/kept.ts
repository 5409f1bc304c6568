/** The labs of the installation as the build has read them: YAML and its schema take longer than all else that `lab check` does here. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installation } from "../root.ts";
import type { Content } from "./definition.ts";

/** True in what is built; the sources read each lab anew. */
declare const BUILT: boolean | undefined;

/** A lab of the very same text, judged to be whole by the same build; undefined: it has to be read. */
export function keptLab(text: string): Content | undefined {
  if (typeof BUILT === "undefined") return undefined;
  const file = join(installation, "dist", "labs", `${createHash("sha256").update(text).digest("hex")}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Content;
  } catch {
    return undefined;
  }
}
