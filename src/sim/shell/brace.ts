/** Brace expansion, on the raw text of a word (quotes and expansions are skipped over, not touched). */

/** End of a quoted string or expansion that begins at `at`, or `at` when none does. */
function skip(text: string, at: number): number {
  const c = text[at];
  if (c === "\\") return at + 2;
  if (c === "'") {
    const end = text.indexOf("'", at + 1);
    return end < 0 ? text.length : end + 1;
  }
  if (c === '"' || c === "`") {
    let i = at + 1;
    while (i < text.length && text[i] !== c) {
      if (text[i] === "\\") i++;
      else if (c === '"' && text[i] === "$" && (text[i + 1] === "(" || text[i + 1] === "{")) {
        i = skip(text, i);
        continue;
      }
      i++;
    }
    return i + 1;
  }
  if (c === "$" && (text[at + 1] === "{" || text[at + 1] === "(")) {
    const open = text[at + 1]!;
    const close = open === "{" ? "}" : ")";
    let depth = 0;
    let i = at + 1;
    while (i < text.length) {
      if (text[i] === open) depth++;
      else if (text[i] === close && --depth === 0) return i + 1;
      else {
        const next = skip(text, i);
        if (next > i) {
          i = next;
          continue;
        }
      }
      i++;
    }
    return text.length;
  }
  return at;
}

function sequence(body: string): string[] | undefined {
  const numbers = /^([+-]?\d+)\.\.([+-]?\d+)(?:\.\.([+-]?\d+))?$/.exec(body);
  if (numbers) {
    const [from, to] = [Number(numbers[1]), Number(numbers[2])];
    const step = Math.abs(Number(numbers[3] ?? 1)) || 1;
    const padded = [numbers[1]!, numbers[2]!].some((n) => /^[+-]?0\d/.test(n));
    const width = padded ? Math.max(numbers[1]!.length, numbers[2]!.length) : 0;
    if (Math.abs(to - from) / step > 1_000_000) return undefined;
    const out: string[] = [];
    for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? step : -step) {
      const digits = String(Math.abs(n)).padStart(width - (n < 0 ? 1 : 0), "0");
      out.push(n < 0 ? `-${digits}` : digits);
    }
    return out;
  }
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d+))?$/.exec(body);
  if (letters) {
    const [from, to] = [letters[1]!.charCodeAt(0), letters[2]!.charCodeAt(0)];
    const step = Math.abs(Number(letters[3] ?? 1)) || 1;
    const out: string[] = [];
    for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? step : -step) out.push(String.fromCharCode(n));
    return out;
  }
  return undefined;
}

/** All words that the word stands for. */
export function braceExpand(text: string): string[] {
  for (let i = 0; i < text.length;) {
    const after = skip(text, i);
    if (after > i) {
      i = after;
      continue;
    }
    if (text[i] !== "{") {
      i++;
      continue;
    }
    const commas: number[] = [];
    let depth = 0;
    let end = -1;
    for (let j = i; j < text.length;) {
      const next = skip(text, j);
      if (next > j) {
        j = next;
        continue;
      }
      if (text[j] === "{") depth++;
      else if (text[j] === "}" && --depth === 0) {
        end = j;
        break;
      } else if (text[j] === "," && depth === 1) commas.push(j);
      j++;
    }
    if (end < 0) {
      i++;
      continue;
    }
    const prefix = text.slice(0, i);
    let middle: string[] | undefined;
    if (commas.length > 0) {
      const cuts = [i, ...commas, end];
      middle = cuts.slice(0, -1).flatMap((cut, n) => braceExpand(text.slice(cut + 1, cuts[n + 1])));
    } else {
      middle = sequence(text.slice(i + 1, end));
      if (!middle) {
        // not a brace expansion itself, but one may begin inside
        i++;
        continue;
      }
    }
    const tails = braceExpand(text.slice(end + 1));
    return middle.flatMap((m) => tails.map((tail) => `${prefix}${m}${tail}`));
  }
  return [text];
}
