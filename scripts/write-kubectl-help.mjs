// Writes the simulator's help of kubectl from its recording: node scripts/write-kubectl-help.mjs
import { readFileSync, writeFileSync } from "node:fs";

const recording = readFileSync(new URL("../test/recorded/kubectl-help.txt", import.meta.url), "utf8");

/** Command → release → lines. */
const commands = new Map();
for (const [, releases, command, text] of recording.matchAll(/^\[([\d. ]+)\]\$ kubectl (.*?) ?--help\n([^]*?)^\[exit 0\]$/gm)) {
  if (!commands.has(command)) commands.set(command, new Map());
  for (const release of releases.split(" ")) commands.get(command).set(Number(release.split(".")[1]), text.split("\n").slice(0, -1));
}
const recorded = [...new Set([...commands.values()].flatMap((texts) => [...texts.keys()]))].toSorted((a, b) => a - b);

/** The longest common subsequence's place in both, as pairs. */
function common(a, b) {
  const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i][j] = a[i] === b[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;)
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  return pairs;
}

/** Every line of a command once, in an order that is every release's, with the releases that print it. */
function merge(texts) {
  let merged = [];
  for (const release of recorded) {
    const lines = texts.get(release);
    if (!lines) continue;
    const next = [];
    let i = 0;
    let j = 0;
    const upTo = (a, b) => {
      next.push(...merged.slice(i, a), ...lines.slice(j, b).map((line) => ({ line, in: [release] })));
      [i, j] = [a, b];
    };
    for (const [a, b] of common(
      merged.map((m) => m.line),
      lines,
    )) {
      upTo(a, b);
      next.push({ line: merged[a].line, in: [...merged[a].in, release] });
      [i, j] = [a + 1, b + 1];
    }
    upTo(merged.length, lines.length);
    merged = next;
  }
  return merged;
}

/** "" for all that have the command, else runs of recorded releases: "27-31,36". */
function mark(which, all) {
  if (which.length === all.length) return "";
  const runs = [];
  for (const release of which) {
    const last = runs.at(-1);
    if (last && all[all.indexOf(last[1]) + 1] === release) last[1] = release;
    else runs.push([release, release]);
  }
  return runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join();
}

const all = [...commands].map(([command, texts]) => ({
  command,
  releases: [...texts.keys()].toSorted((a, b) => a - b),
  lines: merge(texts),
}));
const times = new Map();
for (const { lines } of all) for (const { line } of lines) times.set(line, (times.get(line) ?? 0) + 1);
const shared = [...times].filter(([line, n]) => n > 1 && line.length > 12).map(([line]) => line);
const place = new Map(shared.map((line, i) => [line, i]));

const literal = (text) => `\`${text.replace(/[\\`]|\$(?=\{)/g, "\\$&")}\``;
const body = ({ command, releases, lines }) => {
  const rows = lines.map(({ line, in: which }) => {
    const at = place.get(line);
    return mark(which, releases) + (at === undefined ? `|${line}` : `=${at}`);
  });
  return `  ${JSON.stringify(command)}: ${literal(`${[releases.join(), ...rows].join("\n")}`)},\n`;
};
writeFileSync(
  new URL("../src/sim/kube/kubectl/help/texts.ts", import.meta.url),
  `/** kubectl's recorded help: written by scripts/write-kubectl-help.mjs, read by recorded.ts, which tells the form. */

/** Lines of several commands. */
export const shared = ${literal(shared.join("\n"))};

/** By command, "" for the program's own. */
export const texts: Record<string, string> = {
${all.map(body).join("")}};
`,
);
