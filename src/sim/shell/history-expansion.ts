/** `!` history expansion. */

export interface Expanded {
  text: string;
  changed: boolean;
  /** Only to be printed and kept, not run (:p). */
  printOnly: boolean;
  error: string | undefined;
}

/** Expands the events in a line. Quoting with ' and \ prevents it. */
export function expandHistory(line: string, history: readonly string[]): Expanded {
  const out: Expanded = { text: "", changed: false, printOnly: false, error: undefined };
  const quick = /^\^([^^]+)\^([^^]*)\^?(.*)$/s.exec(line);
  if (quick) {
    const last = history.at(-1) ?? "";
    if (!last.includes(quick[1]!)) return { ...out, error: `:s${line}: substitution failed` };
    return { ...out, text: last.replace(quick[1]!, () => quick[2]!) + quick[3]!, changed: true };
  }
  let double = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c === "\\") {
      out.text += c + (line[i + 1] ?? "");
      i++;
      continue;
    }
    if (c === '"') double = !double;
    if (c === "'" && !double) {
      const end = line.indexOf("'", i + 1);
      const to = end < 0 ? line.length : end + 1;
      out.text += line.slice(i, to);
      i = to - 1;
      continue;
    }
    const next = line[i + 1];
    if (c !== "!" || next === undefined || /[\s=(]/.test(next) || (double && next === '"') || /[[{$]$/.test(line.slice(0, i))) {
      out.text += c;
      continue;
    }
    const match =
      /^!(?:(!)|(-?\d+)|\?([^?\n]*)\??|(#)|(?=[$^*:])|([^\s:;&|()<>"'$*^]+))((?::?[$^*]|:(?:\d+(?:-\d*)?|-\d+|[hrtepq&]|g?s\/[^/]*\/[^/]*\/?))*)/.exec(
        line.slice(i),
      );
    if (!match) {
      out.text += c;
      continue;
    }
    const [whole, bang, number, contains, current, prefix, designators] = match;
    let event: string | undefined;
    if (number !== undefined) event = Number(number) < 0 ? history.at(Number(number)) : history[Number(number) - 1];
    else if (contains !== undefined) event = history.findLast((h) => h.includes(contains));
    else if (current !== undefined) event = out.text;
    else if (prefix !== undefined) event = history.findLast((h) => h.startsWith(prefix));
    else event = history.at(-1);
    void bang;
    if (event === undefined) return { ...out, error: `${whole}: event not found` };
    let text = event;
    for (const designator of designators!.match(/:?[$^*]|:(?:\d+(?:-\d*)?|-\d+|[hrtepq&]|g?s\/[^/]*\/[^/]*\/?)/g) ?? []) {
      const d = designator.replace(/^:/, "");
      const words = text.split(/\s+/).filter((w) => w !== "");
      if (d === "$") text = words.at(-1) ?? "";
      else if (d === "^") text = words[1] ?? "";
      else if (d === "*") text = words.slice(1).join(" ");
      else if (d === "p") out.printOnly = true;
      else if (d === "h") text = text.replace(/\/[^/]*$/, "");
      else if (d === "t") text = text.replace(/^.*\//, "");
      else if (d === "r") text = text.replace(/\.[^.]*$/, "");
      else if (d === "e") text = text.replace(/^.*(\.[^.]*)$/, "$1");
      else if (/^g?s/.test(d)) {
        const [, from, to] = d.split("/");
        text = d.startsWith("g") ? text.replaceAll(from!, () => to!) : text.replace(from!, () => to!);
      } else if (/^\d+$/.test(d)) {
        if (words[Number(d)] === undefined) return { ...out, error: `:${d}: bad word specifier` };
        text = words[Number(d)]!;
      } else if (/^\d*-\d*$/.test(d)) {
        const [from, to] = d.split("-");
        text = words.slice(Number(from), to === "" ? words.length - 1 : Number(to) + 1).join(" ");
      }
    }
    out.text += text;
    out.changed = true;
    i += whole!.length - 1;
  }
  return out;
}
