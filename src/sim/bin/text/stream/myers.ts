/** Shortest edit script between two lists of lines (Myers' O(ND) algorithm), as runs of changes. */
export interface Change {
  /** Lines [a0, a1) of the old list become [b0, b1) of the new one. */
  a0: number;
  a1: number;
  b0: number;
  b1: number;
}

export function changes(a: readonly string[], b: readonly string[]): Change[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const x = a.slice(start, a.length - end);
  const y = b.slice(start, b.length - end);
  const n = x.length;
  const m = y.length;
  const most = n + m;
  const v = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  let found = most === 0;
  for (let d = 0; d <= most && !found; d++) {
    trace.push(new Map(v));
    for (let k = -d; k <= d; k += 2) {
      let i = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1)) ? (v.get(k + 1) ?? 0) : (v.get(k - 1) ?? 0) + 1;
      let j = i - k;
      while (i < n && j < m && x[i] === y[j]) {
        i++;
        j++;
      }
      v.set(k, i);
      if (i >= n && j >= m) {
        found = true;
        break;
      }
    }
  }
  const removed = Array.from({ length: n }, () => false);
  const added = Array.from({ length: m }, () => false);
  let i = n;
  let j = m;
  for (let d = trace.length - 1; d > 0; d--) {
    const before = trace[d]!;
    const k = i - j;
    const down = k === -d || (k !== d && (before.get(k - 1) ?? -1) < (before.get(k + 1) ?? -1));
    const previousK = down ? k + 1 : k - 1;
    const previousI = before.get(previousK) ?? 0;
    const previousJ = previousI - previousK;
    while (i > previousI && j > previousJ && i > 0 && j > 0 && !(i === previousI && j === previousJ)) {
      if (down ? j === previousJ + 1 && i === previousI : i === previousI + 1 && j === previousJ) break;
      i--;
      j--;
    }
    if (down) added[previousJ] = true;
    else removed[previousI] = true;
    i = previousI;
    j = previousJ;
  }
  slide(x, removed);
  slide(y, added);
  const out: Change[] = [];
  for (let p = 0, q = 0; p < n || q < m;) {
    if (!removed[p] && !added[q]) {
      p++;
      q++;
      continue;
    }
    const change: Change = { a0: p + start, a1: p + start, b0: q + start, b1: q + start };
    while (p < n && removed[p]) p++;
    while (q < m && added[q]) q++;
    change.a1 = p + start;
    change.b1 = q + start;
    out.push(change);
  }
  return out;
}

/** Moves runs of changes as far down as equal lines allow, as GNU diff does. */
function slide(lines: readonly string[], marked: boolean[]): void {
  for (let i = 0; i < lines.length; i++) {
    if (!marked[i]) continue;
    const first = i;
    while (i < lines.length && marked[i]) i++;
    let [from, to] = [first, i];
    while (to < lines.length && !marked[to] && lines[from] === lines[to]) {
      marked[from++] = false;
      marked[to++] = true;
      while (to < lines.length && marked[to]) to++;
    }
    i = to;
  }
}
