/** What is wrong (or worth knowing) in a specification, with where, what, and a value that works. */

export interface Location {
  file: string;
  /** From 1. */
  line: number;
  column: number;
}

export interface Finding {
  severity: "error" | "warning";
  /** Stable, for scripts: `node-address-first`, `cidr-overlap`, … */
  code: string;
  /** Path in the specification, such as `network.pods` or `machines.worker1.ip`; "" for the whole. */
  field: string;
  /** The offending value as written. */
  value: string;
  message: string;
  /** What to write or do instead. */
  fix: string;
  at?: Location;
}

export function formatFinding(finding: Finding): string {
  const where = finding.at ? `${finding.at.file}:${finding.at.line}:${finding.at.column}: ` : "";
  const field = finding.field === "" ? "" : `${finding.field}: `;
  return `${where}${finding.severity}: ${field}${finding.message}\n    ${finding.fix}`;
}
