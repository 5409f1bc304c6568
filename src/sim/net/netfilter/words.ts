/** Splits a line of iptables-restore: spaces, double quotes, backslashes inside them. */
export function words(line: string): string[] {
  const out: string[] = [];
  let i = 0;
  while (i < line.length) {
    while (line[i] === " " || line[i] === "\t") i++;
    if (i >= line.length) break;
    let word = "";
    let quoted = false;
    for (; i < line.length && (quoted || (line[i] !== " " && line[i] !== "\t")); i++) {
      const c = line[i]!;
      if (c === '"') quoted = !quoted;
      else if (c === "\\" && quoted && i + 1 < line.length) word += line[++i]!;
      else word += c;
    }
    out.push(word);
  }
  return out;
}
