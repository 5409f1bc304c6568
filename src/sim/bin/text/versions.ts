/** Version order of sort -V and ls -v (gnulib's filevercmp, which follows Debian's rules). */

function order(c: string | undefined): number {
  if (c === undefined) return -1;
  if (c === "~") return -2;
  if (/\d/.test(c)) return 0;
  return /[A-Za-z]/.test(c) ? c.charCodeAt(0) : c.charCodeAt(0) + 256;
}

function verrevcmp(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !/\d/.test(a[i]!)) || (j < b.length && !/\d/.test(b[j]!))) {
      const [x, y] = [order(i < a.length ? a[i] : undefined), order(j < b.length ? b[j] : undefined)];
      if (x !== y) return x - y;
      i++;
      j++;
    }
    while (a[i] === "0") i++;
    while (b[j] === "0") j++;
    let first = 0;
    while (/\d/.test(a[i] ?? "") && /\d/.test(b[j] ?? "")) {
      first ||= a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (/\d/.test(a[i] ?? "")) return 1;
    if (/\d/.test(b[j] ?? "")) return -1;
    if (first) return first;
  }
  return 0;
}

/** Without the longest suffix of the form (.[A-Za-z~][A-Za-z0-9~]*)*. */
const stem = (name: string): string => name.replace(/(\.[A-Za-z~][A-Za-z0-9~]*)*$/, "");

export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  for (const special of ["", ".", ".."]) {
    if (a === special) return -1;
    if (b === special) return 1;
  }
  if (a.startsWith(".") !== b.startsWith(".")) return a.startsWith(".") ? -1 : 1;
  const [x, y] = a.startsWith(".") ? [a.slice(1), b.slice(1)] : [a, b];
  return verrevcmp(stem(x), stem(y)) || verrevcmp(x, y);
}
