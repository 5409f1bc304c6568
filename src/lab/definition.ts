/** What a lab is. Reading one, and its schema, are elsewhere: a lab that the build has read needs neither. */
import { usageError } from "../error.ts";
import type { Check, Definition, Observation, Repair, Step } from "./schema.ts";

export type { Check, Observation, Repair, Step };

/** A lab with its folder; `variant` names the way in which it is broken. */
export interface Lab extends Definition {
  dir: string;
}

/** The lab as one variant has it; "" is the lab itself. Throws `unknown-variant`. */
export function asVariant(lab: Lab, variant: string | undefined): Lab {
  if (variant === undefined || variant === "") return lab;
  const found = lab.variants.find((v) => v.id === variant);
  if (!found)
    throw usageError("unknown-variant", `lab ${lab.id} has no variant "${variant}"`, {
      hint: lab.variants.length === 0 ? "It has no variants." : `Variants are: ${lab.variants.map((v) => v.id).join(", ")}.`,
    });
  const { id: _id, title: _title, ...parts } = found;
  return { ...lab, ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) };
}

export const seconds = (text: string): number => Number(text.slice(0, -1)) * (text.endsWith("m") ? 60 : 1);

/** Keys that lead to a place in lab.yaml. */
export type Path = string[];
/** What lab.yaml says, without the folder. */
export type Content = Omit<Lab, "dir">;

/** Files of its briefs and debriefs. */
export const textsOf = (lab: Content): Set<string> =>
  new Set(Array.from(parts(lab), ([, part]) => [part.brief, part.debrief].filter((name) => name !== undefined)).flat());

function* parts(lab: Content): Generator<[Path, Pick<Lab, "break"> & Partial<Lab>]> {
  yield [[], lab];
  for (const [i, variant] of lab.variants.entries()) yield [["variants", String(i)], variant];
}

/** Its scripts, and where it names them. */
export function* scriptsOf(lab: Content): Generator<[Path, string]> {
  for (const [base, part] of parts(lab)) {
    for (const key of ["break", "undo"] as const)
      for (const [i, s] of (part[key] ?? []).entries()) yield [[...base, key, String(i), "script"], s.script];
    for (const key of ["symptoms", "checks"] as const)
      for (const [i, o] of (part[key] ?? []).entries()) if (o.script !== undefined) yield [[...base, key, String(i), "script"], o.script];
    for (const key of ["solutions", "wrong"] as const)
      for (const [i, r] of (part[key] ?? []).entries())
        for (const [j, s] of r.steps.entries()) yield [[...base, key, String(i), "steps", String(j), "script"], s.script];
  }
}

/** Its regular expressions, and where they stand. */
export function* patternsOf(lab: Content): Generator<[Path, string]> {
  for (const [base, part] of parts(lab))
    for (const key of ["symptoms", "checks"] as const)
      for (const [i, o] of (part[key] ?? []).entries())
        for (const field of ["stdout", "absent"] as const) if (o[field] !== undefined) yield [[...base, key, String(i), field], o[field]];
}
