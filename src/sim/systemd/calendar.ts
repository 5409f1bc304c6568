/** Calendar events of systemd.time(7), in UTC as the machine's clock is set. */

const names: Record<string, string> = {
  minutely: "*-*-* *:*:00",
  hourly: "*-*-* *:00:00",
  daily: "*-*-* 00:00:00",
  monthly: "*-*-01 00:00:00",
  weekly: "Mon *-*-* 00:00:00",
  yearly: "*-01-01 00:00:00",
  annually: "*-01-01 00:00:00",
};
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function field(text: string, low: number, high: number): number[] | undefined {
  const out = new Set<number>();
  for (const part of text.split(",")) {
    const m = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part);
    if (!m) return undefined;
    const from = m[1] === "*" ? low : Number(m[1]);
    const to = m[2] !== undefined ? Number(m[2]) : m[1] === "*" || m[3] !== undefined ? high : from;
    for (let n = from; n <= to; n += Number(m[3] ?? 1)) out.add(n);
  }
  return [...out].sort((a, b) => a - b);
}

/** The first time after `after` (both milliseconds since the epoch) that matches; undefined when the text is not understood. */
export function nextElapse(text: string, after: number): number | undefined {
  let rest = names[text.trim().toLowerCase()] ?? text.trim();
  rest = rest.replace(/\s+UTC$/, "");
  let days: number[] | undefined;
  const first = rest.split(/\s+/)[0]!;
  if (/^[A-Za-z]/.test(first)) {
    days = [];
    for (const part of first.split(",")) {
      const [a, b] = part.split("..").map((d) => weekdays.indexOf(d.slice(0, 3).toLowerCase()));
      if (a === undefined || a < 0 || (b !== undefined && b < 0)) return undefined;
      for (let d = a; ; d = (d + 1) % 7) {
        days.push(d);
        if (d === (b ?? a)) break;
      }
    }
    rest = rest.slice(first.length).trim() || "*-*-* 00:00:00";
  }
  const parts = rest.split(/\s+/);
  let date = "*-*-*";
  let time = "00:00:00";
  if (parts.length === 2) [date, time] = parts as [string, string];
  else if (parts[0]!.includes(":")) time = parts[0]!;
  else date = parts[0]!;
  const d = date.split("-");
  if (d.length === 2) d.unshift("*");
  const t = time.split(":");
  if (t.length === 2) t.push("00");
  if (d.length !== 3 || t.length !== 3) return undefined;
  const years = field(d[0]!, 1970, 2199);
  const months = field(d[1]!, 1, 12);
  const mdays = field(d[2]!, 1, 31);
  const hours = field(t[0]!, 0, 23);
  const minutes = field(t[1]!, 0, 59);
  const seconds = field(t[2]!, 0, 59);
  if (!years || !months || !mdays || !hours || !minutes || !seconds) return undefined;
  const day = new Date(after);
  let at = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate());
  for (let n = 0; n < 366 * 5; n++, at += 86_400_000) {
    const here = new Date(at);
    if (!years.includes(here.getUTCFullYear()) || !months.includes(here.getUTCMonth() + 1) || !mdays.includes(here.getUTCDate())) continue;
    if (days && !days.includes(here.getUTCDay())) continue;
    for (const h of hours) {
      if (at + (h + 1) * 3_600_000 <= after) continue;
      for (const m of minutes)
        for (const s of seconds) {
          const when = at + h * 3_600_000 + m * 60_000 + s * 1000;
          if (when > after) return when;
        }
    }
  }
  return undefined;
}
