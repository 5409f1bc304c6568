/** Cron schedules of five fields, and @hourly and its kin (github.com/robfig/cron). UTC. */

const shortcuts: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function field(text: string, low: number, high: number, names: string[] = []): Set<number> | undefined {
  const number = (word: string): number => {
    const at = names.indexOf(word.toLowerCase());
    return at >= 0 ? at + low : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  const out = new Set<number>();
  for (const part of text.split(",")) {
    const [range, stepText] = part.split("/") as [string, string | undefined];
    const step = stepText === undefined ? 1 : Number(stepText);
    let [from, to] = [low, high];
    if (range !== "*" && range !== "?") {
      const [a, b] = range.split("-") as [string, string | undefined];
      from = number(a);
      to = b === undefined ? (stepText === undefined ? from : high) : number(b);
    }
    if (!(step >= 1) || Number.isNaN(from) || Number.isNaN(to) || from < low || to > high || from > to) return undefined;
    for (let value = from; value <= to; value += step) out.add(value);
  }
  return out;
}

/** The first time after `after` that the schedule names; undefined when it names none within five years or is malformed. */
export function nextTime(schedule: string, after: number): number | undefined {
  const fields = (shortcuts[schedule] ?? schedule).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minutes, hours, dates, monthSet, weekdays] = [
    field(fields[0]!, 0, 59),
    field(fields[1]!, 0, 23),
    field(fields[2]!, 1, 31),
    field(fields[3]!, 1, 12, months),
    field(fields[4]!, 0, 6, days),
  ];
  if (!minutes || !hours || !dates || !monthSet || !weekdays) return undefined;
  // a day must fit both fields when one is a star, either when both are given
  const star = (f: string): boolean => f.startsWith("*") || f.startsWith("?");
  const either = !star(fields[2]!) && !star(fields[4]!);
  const start = new Date(Math.floor(after / 60_000) * 60_000 + 60_000);
  const limit = after + 5 * 366 * 86_400_000;
  let t = start.getTime();
  while (t <= limit) {
    const d = new Date(t);
    const day = either
      ? dates.has(d.getUTCDate()) || weekdays.has(d.getUTCDay())
      : dates.has(d.getUTCDate()) && weekdays.has(d.getUTCDay());
    if (!monthSet.has(d.getUTCMonth() + 1) || !day) t = Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() + 1);
    else if (!hours.has(d.getUTCHours())) t = Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCHours() + 1);
    else if (!minutes.has(d.getUTCMinutes())) t += 60_000;
    else return t;
  }
  return undefined;
}
