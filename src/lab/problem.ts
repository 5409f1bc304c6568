/** What reading a lab gives: the lab, or what is wrong with it. */
import type { Finding } from "../cluster/finding.ts";
import type { Lab } from "./definition.ts";

/** Exactly one of lab and findings is there. */
export type ReadLab = { id: string; lab: Lab; findings?: undefined } | { id?: string; lab?: undefined; findings: Finding[] };

/** A finding about a lab's folder. */
export const labProblem = (code: string, field: string, message: string, fix: string, at?: Finding["at"]): Finding => ({
  severity: "error",
  code,
  field,
  value: "",
  message,
  fix,
  ...(at ? { at } : {}),
});
