/** Debian versions and relations, deb-version(7). */

const order = (c: string | undefined): number =>
  c === undefined || /\d/.test(c) ? 0 : c === "~" ? -1 : /[A-Za-z]/.test(c) ? c.charCodeAt(0) : c.charCodeAt(0) + 256;

function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !/\d/.test(a[i]!)) || (j < b.length && !/\d/.test(b[j]!))) {
      const d = order(a[i]) - order(b[j]);
      if (d !== 0) return d;
      i++;
      j++;
    }
    const na = /^\d*/.exec(a.slice(i))![0];
    const nb = /^\d*/.exec(b.slice(j))![0];
    const d = Number(na || 0) - Number(nb || 0);
    if (d !== 0) return d;
    i += na.length;
    j += nb.length;
  }
  return 0;
}

export function compareVersions(a: string, b: string): number {
  const split = (v: string) => {
    const colon = v.indexOf(":");
    const epoch = colon < 0 ? 0 : Number(v.slice(0, colon));
    const rest = v.slice(colon + 1);
    const dash = rest.lastIndexOf("-");
    return { epoch, upstream: dash < 0 ? rest : rest.slice(0, dash), revision: dash < 0 ? "" : rest.slice(dash + 1) };
  };
  const x = split(a);
  const y = split(b);
  return x.epoch - y.epoch || compareParts(x.upstream, y.upstream) || compareParts(x.revision, y.revision);
}

export function holds(version: string, operator: string, wanted: string): boolean {
  const d = compareVersions(version, wanted);
  switch (operator) {
    case "<<":
    case "lt":
      return d < 0;
    case "<=":
    case "<":
    case "le":
      return d <= 0;
    case "=":
    case "eq":
      return d === 0;
    case "ne":
      return d !== 0;
    case ">=":
    case ">":
    case "ge":
      return d >= 0;
    default:
      return d > 0;
  }
}

export interface Relation {
  name: string;
  operator?: string;
  version?: string;
}

/** `a (>= 1) | b, c` → alternatives per clause. */
export function parseRelations(text: string | undefined): Relation[][] {
  return (text ?? "")
    .split(",")
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "")
    .map((clause) =>
      clause.split("|").map((one) => {
        const m = /^\s*([^\s:(]+)(?::\w+)?\s*(?:\(\s*([<>=]+)\s*([^)\s]+)\s*\))?/.exec(one)!;
        return { name: m[1]!, ...(m[2] ? { operator: m[2], version: m[3]! } : {}) };
      }),
    );
}
