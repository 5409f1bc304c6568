/** Compares dotted versions number by number; what is no number counts as 0. */
export function atLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0)) as [number[], number[]];
  for (let i = 0; i < Math.max(a.length, b.length); i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  return true;
}
