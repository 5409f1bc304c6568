/** date(1), and the dates that it, touch and find understand (a part of GNU's parse_datetime). */
import { Errno } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import { argmatch } from "./argmatch.ts";
import { instantOf, momentOf, months, strftime, weekdays, zoneOf } from "./calendar.ts";
import { command, linesOf } from "./command.ts";
import { quote, quoteAlways } from "./quote.ts";
import { zoneHours } from "./zone-names.ts";

const units: Record<string, number> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  fortnight: 1_209_600_000,
};

/** Milliseconds since the epoch; undefined: not a date. */
export function parseDate(p: Proc, given: string, zone = zoneOf(p)): number | undefined {
  let text = given.trim();
  const tz = /^TZ="([^"]*)"\s*/.exec(text);
  let where = zone;
  if (tz) {
    where = tz[1]!;
    text = text.slice(tz[0].length);
  }
  const at = /^@(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (at) return Number(at[1]) * 1000 + (at[2] ? Math.floor(Number(`0.${at[2]}`) * 1000) : 0);
  const now = momentOf(p.now, where);
  let date: [number, number, number] | undefined;
  let time: [number, number, number, number] | undefined;
  let offset: number | undefined;
  let shift = 0;
  /** Said from now on: the time of day stays. */
  let relative = false;
  let monthShift = 0;
  let weekday: { day: number; which: number } | undefined;
  const eat = (pattern: RegExp): RegExpExecArray | undefined => {
    const m = pattern.exec(text);
    if (!m) return undefined;
    text = text.slice(m[0].length).trimStart();
    return m;
  };
  let m: RegExpExecArray | undefined;
  while (text !== "") {
    if ((m = eat(/^(\d{4})-(\d{1,2})-(\d{1,2})(?=[T\s]|$)T?/i))) date = [Number(m[1]), Number(m[2]), Number(m[3])];
    else if ((m = eat(/^(\d{4})(\d{2})(\d{2})(?=\s|$)/))) date = [Number(m[1]), Number(m[2]), Number(m[3])];
    else if ((m = eat(/^(\d{1,2})\/(\d{1,2})(?:\/(\d{2,4}))?(?=\s|$)/)))
      date = [
        m[3] === undefined ? now.year : Number(m[3]) < 69 ? 2000 + Number(m[3]) : Number(m[3]) < 100 ? 1900 + Number(m[3]) : Number(m[3]),
        Number(m[1]),
        Number(m[2]),
      ];
    else if ((m = eat(/^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(am|pm)?/i))) {
      let hour = Number(m[1]);
      if (m[5]) hour = (hour % 12) + (m[5].toLowerCase() === "pm" ? 12 : 0);
      time = [hour, Number(m[2]), Number(m[3] ?? "0"), m[4] ? Math.floor(Number(`0.${m[4]}`) * 1000) : 0];
      const z = eat(/^([-+])(\d{2}):?(\d{2})?(?=\s|$)/);
      if (z) offset = (z[1] === "-" ? -1 : 1) * (Number(z[2]) * 60 + Number(z[3] ?? "0"));
    } else if ((m = eat(/^(\d{1,2})\s*(am|pm)\b/i))) time = [(Number(m[1]) % 12) + (m[2]!.toLowerCase() === "pm" ? 12 : 0), 0, 0, 0];
    else if ((m = eat(/^(now|today|yesterday|tomorrow)\b/i))) {
      relative = true;
      shift += ({ yesterday: -1, tomorrow: 1 }[m[1]!.toLowerCase()] ?? 0) * 86_400_000;
    } else if (
      (m = eat(/^([-+]?\s*\d+|an?|next|last|this)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b(\s+ago\b)?/i))
    ) {
      const word = m[1]!.toLowerCase().replace(/\s/g, "");
      let n = /^an?$|next/.test(word) ? 1 : word === "last" ? -1 : word === "this" ? 0 : Number(word);
      if (m[3]) n = -n;
      relative = true;
      const unit = m[2]!.toLowerCase();
      if (unit === "month") monthShift += n;
      else if (unit === "year") monthShift += 12 * n;
      else shift += n * units[unit]!;
    } else if ((m = eat(/^(?:(next|last|this)\s+)?(sun|mon|tue|wed|thu|fri|sat)[a-z]*,?(?=\s|$)/i)))
      weekday = {
        day: weekdays.findIndex((d) => d.toLowerCase().startsWith(m![2]!.toLowerCase())),
        which: m[1]?.toLowerCase() === "next" ? 1 : m[1]?.toLowerCase() === "last" ? -1 : 0,
      };
    else if ((m = eat(/^(\d{1,2})[\s-]*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[\s,-]*(\d{4})?(?=\s|$)/i)))
      date = [m[3] ? Number(m[3]) : now.year, monthOf(m[2]!), Number(m[1])];
    else if ((m = eat(/^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*(\d{1,2})(?!:)(?:[\s,]+(\d{4})(?!:))?(?=[\s,]|$),?/i)))
      date = [m[3] ? Number(m[3]) : now.year, monthOf(m[1]!), Number(m[2])];
    else if ((m = eat(/^([a-z]+)(\s+dst)?([-+]\d{1,2})?(?![a-z\d])/i)) && zoneHours(m[1]!) !== undefined)
      offset = (zoneHours(m[1]!)! + (m[2] ? 1 : 0) + Number(m[3] ?? "0")) * 60;
    else if (date && (m = eat(/^(\d{4})(?=\s|$)/))) date[0] = Number(m[1]);
    else return undefined;
  }
  if (date && (date[1] < 1 || date[1] > 12 || date[2] < 1 || date[2] > 31)) return undefined;
  if (time && (time[0] > 23 || time[1] > 59 || time[2] > 60)) return undefined;
  if (!date && !time && !weekday && monthShift === 0 && offset === undefined)
    return given.trim() === "" ? instantOf(where, now.year, now.month, now.day) : p.now + shift;
  let [y, mo, d] = date ?? [now.year, now.month, now.day];
  // a day of the week beside a date says nothing more
  if (weekday && !date) {
    let days = (weekday.day - now.weekday + 7) % 7;
    if (weekday.which === 1 && days === 0) days = 7;
    else if (weekday.which === -1) days -= 7;
    d += days;
  }
  if (monthShift !== 0) {
    mo += monthShift;
    y += Math.floor((mo - 1) / 12);
    mo = ((((mo - 1) % 12) + 12) % 12) + 1;
  }
  const [h, mi, s, ms] =
    time ??
    (date || weekday || !(relative || monthShift !== 0)
      ? [0, 0, 0, 0]
      : [now.hour, now.minute, now.second, ((p.now % 1000) + 1000) % 1000]);
  const base = offset === undefined ? instantOf(where, y, mo, d, h, mi, s) : Date.UTC(y, mo - 1, d, h, mi, s) - offset * 60_000;
  return base + ms + shift;
}

const monthOf = (text: string): number => months.findIndex((m) => m.toLowerCase().startsWith(text.toLowerCase())) + 1;

const iso: Record<string, string> = {
  hours: "%Y-%m-%dT%H%:z",
  minutes: "%Y-%m-%dT%H:%M%:z",
  date: "%Y-%m-%d",
  seconds: "%Y-%m-%dT%H:%M:%S%:z",
  ns: "%Y-%m-%dT%H:%M:%S,%N%:z",
};
const isoWords = Object.keys(iso).map((x) => [x]);
const rfc: Record<string, string> = { date: "%Y-%m-%d", seconds: "%Y-%m-%d %H:%M:%S%:z", ns: "%Y-%m-%d %H:%M:%S.%N%:z" };

export const date = command({
  name: "date",
  options: "d,date= !debug f,file= I,iso-8601=? r,reference= R,rfc-email,rfc-2822 rfc-3339= !resolution !s,set= u,utc,universal",
  usage: "[OPTION]... [+FORMAT]\n  or:  date [-u|--utc|--universal] [MMDDhhmm[[CC]YY][.ss]]",
  summary: "Display date and time in the given FORMAT.",
  async run(c) {
    const { p, o } = c;
    const zone = o.has("u") ? "UTC" : zoneOf(p);
    let format = "%a %b %e %H:%M:%S %Z %Y";
    if (/^(en_US|en_GB)/.test(p.env.LC_ALL || p.env.LC_TIME || p.env.LANG || "")) format = "%a %b %e %I:%M:%S %p %Z %Y";
    const [operand, more] = o.operands;
    if (more !== undefined) await c.usage(`extra operand ${quote(p, more)}`);
    if (operand?.startsWith("+")) format = operand.slice(1);
    else if (operand !== undefined) {
      if (!/^\d{8}(\d\d){0,2}(\.\d\d)?$/.test(operand)) {
        if (o.has("d", "r"))
          await c.usage(
            `the argument ${quote(p, operand)} lacks a leading '+';\nwhen using an option to specify date(s), any non-option\nargument must be a format string beginning with '+'`,
          );
        await c.fail(`invalid date ${quote(p, operand)}`);
      }
      p.notSimulated("setting the clock with date");
    }
    if (o.has("I")) format = iso[await argmatch(c, o.value("I") || "date", "--iso-8601", isoWords)]!;
    if (o.has("R")) format = "%a, %d %b %Y %H:%M:%S %z";
    if (o.has("rfc-3339"))
      format =
        rfc[
          await argmatch(
            c,
            o.value("rfc-3339")!,
            "--rfc-3339",
            Object.keys(rfc).map((x) => [x]),
          )
        ]!;
    const show = (at: number): void => c.out.text(`${strftime(format, momentOf(at, zone))}\n`);
    if (o.has("f")) {
      for await (const { line } of linesOf(p, o.value("f")!, "utf8")) {
        const at = parseDate(p, line, zone);
        if (at === undefined) await c.warn(`invalid date ${quote(p, line)}`);
        else show(at);
      }
      return;
    }
    const reference = o.value("r");
    if (reference !== undefined) {
      try {
        show(p.fs.stat(reference).mtime);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.fail(`${quoteAlways(reference).slice(1, -1)}: ${error.text}`);
      }
      return;
    }
    const given = o.value("d");
    const at = given === undefined ? p.now : parseDate(p, given, zone);
    if (at === undefined) await c.fail(`invalid date ${quote(p, given!)}`);
    show(at!);
  },
});
