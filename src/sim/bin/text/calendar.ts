/** Local time of the process's time zone (TZ or /etc/timezone; through the host's zone tables), and strftime(3). */
import type { Proc } from "../../kernel/proc.ts";

export interface Moment {
  year: number;
  /** 1–12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** Minutes east of UTC. */
  offset: number;
  zone: string;
  /** 0: Sunday. */
  weekday: number;
  /** 1–366. */
  dayOfYear: number;
}

export function zoneOf(p: Proc): string {
  const tz = p.env.TZ;
  if (tz !== undefined) return tz === "" ? "UTC" : tz.replace(/^:/, "");
  try {
    const m = /zoneinfo\/(.+)$/.exec(p.fs.readlink("/etc/localtime"));
    if (m) return m[1]!;
  } catch {
    // no such link: UTC, as glibc
  }
  return "UTC";
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();
function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) {
    let format: Intl.DateTimeFormat | undefined;
    try {
      format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
        timeZoneName: "short",
      });
    } catch {
      // an unknown zone is UTC, as glibc has it
    }
    formats.set(zone, format);
  }
  return formats.get(zone);
}

/** Calendar fields of an instant in a zone. */
export function momentOf(at: number, zone: string): Moment {
  const whole = Math.floor(at / 1000) * 1000;
  let offset = 0;
  let name = "UTC";
  if (zone !== "UTC" && zone !== "Etc/UTC") {
    const format = zoneFormat(zone);
    if (format) {
      const parts: Record<string, string> = {};
      for (const { type, value } of format.formatToParts(new Date(whole))) parts[type] = value;
      const local = Date.UTC(
        Number(parts.year),
        Number(parts.month) - 1,
        Number(parts.day),
        Number(parts.hour),
        Number(parts.minute),
        Number(parts.second),
      );
      offset = Math.round((local - whole) / 60_000);
      name = zoneName(zone, offset, parts.timeZoneName ?? "");
    }
  }
  const d = new Date(whole + offset * 60_000);
  const year = d.getUTCFullYear();
  return {
    year,
    month: d.getUTCMonth() + 1,
    day: d.getUTCDate(),
    hour: d.getUTCHours(),
    minute: d.getUTCMinutes(),
    second: d.getUTCSeconds(),
    at,
    offset,
    zone: name,
    weekday: d.getUTCDay(),
    dayOfYear: Math.round((Date.UTC(year, d.getUTCMonth(), d.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
  };
}

/** Abbreviations that tzdata has and Intl writes as GMT+n. */
const abbreviations: Record<string, [string, string]> = {
  "Europe/London": ["GMT", "BST"],
  "Europe/Dublin": ["GMT", "IST"],
  "Europe/Lisbon": ["WET", "WEST"],
  "Asia/Kolkata": ["IST", "IST"],
  "Asia/Tokyo": ["JST", "JST"],
  "Asia/Shanghai": ["CST", "CST"],
  "Asia/Seoul": ["KST", "KST"],
};

function zoneName(zone: string, offset: number, shown: string): string {
  const known = abbreviations[zone];
  if (known) return known[zone === "Europe/London" || zone === "Europe/Dublin" || zone === "Europe/Lisbon" ? (offset === 0 ? 0 : 1) : 0];
  if (!shown.startsWith("GMT") && !shown.startsWith("UTC")) return shown;
  if (zone.startsWith("Europe/")) return ({ 60: "CET", 120: "CEST", 180: "MSK" } as Record<number, string>)[offset] ?? sign(offset);
  return zone === "GMT" ? "GMT" : sign(offset);
}

function sign(offset: number): string {
  const hours = Math.floor(Math.abs(offset) / 60);
  const minutes = Math.abs(offset) % 60;
  return `${offset < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}${minutes ? String(minutes).padStart(2, "0") : ""}`;
}

/** The instant of a local time in a zone. */
export function instantOf(zone: string, year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const naive = Date.UTC(year, month - 1, day, hour, minute, second);
  const guess = naive - momentOf(naive, zone).offset * 60_000;
  return naive - momentOf(guess, zone).offset * 60_000;
}

export const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** ISO 8601 year and week. */
function isoWeek(m: Moment): [number, number] {
  const thursday = Date.UTC(m.year, m.month - 1, m.day + 4 - (m.weekday || 7));
  const year = new Date(thursday).getUTCFullYear();
  return [year, Math.floor((thursday - Date.UTC(year, 0, 1)) / 604_800_000) + 1];
}

/** strftime(3) with GNU date's flags (`%-d`, `%_H`, `%^a`, `%:z`, `%3N`). `nanos`: below the second. */
export function strftime(format: string, m: Moment, nanos = Math.floor((((m.at % 1000) + 1000) % 1000) * 1e6)): string {
  return format.replace(/%([-_0^#]*)(\d*)(:{0,3})([A-Za-z%+])/g, (whole, flags: string, width: string, colons: string, letter: string) => {
    const field = fieldOf(letter, colons, m, nanos, width);
    if (field === undefined) return whole;
    let [text, size, fill] = field;
    if (letter === "N")
      return width !== "" ? text.slice(0, Number(width)).padEnd(Number(width), "0") : flags.includes("-") ? text.replace(/0+$/, "") : text;
    if (flags.includes("-")) fill = "";
    if (flags.includes("_")) fill = " ";
    if (flags.includes("0")) fill = "0";
    const want = width === "" ? size : Number(width);
    if (fill !== "") text = text.padStart(want, fill);
    if (flags.includes("^")) text = text.toUpperCase();
    if (flags.includes("#")) text = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
    return text;
  });
}

function fieldOf(letter: string, colons: string, m: Moment, nanos: number, _width: string): [string, number, string] | undefined {
  const two = (n: number): [string, number, string] => [String(n), 2, "0"];
  const text = (s: string): [string, number, string] => [s, 0, " "];
  const nested = (format: string): [string, number, string] => text(strftime(format, m, nanos));
  switch (letter) {
    case "%":
      return text("%");
    case "n":
      return text("\n");
    case "t":
      return text("\t");
    case "Y":
      return [String(m.year), 4, "0"];
    case "C":
      return two(Math.floor(m.year / 100));
    case "y":
      return two(m.year % 100);
    case "m":
      return two(m.month);
    case "d":
      return two(m.day);
    case "e":
      return [String(m.day), 2, " "];
    case "H":
      return two(m.hour);
    case "k":
      return [String(m.hour), 2, " "];
    case "I":
      return two(m.hour % 12 || 12);
    case "l":
      return [String(m.hour % 12 || 12), 2, " "];
    case "M":
      return two(m.minute);
    case "S":
      return two(m.second);
    case "N":
      return [String(nanos).padStart(9, "0"), 9, "0"];
    case "p":
      return text(m.hour < 12 ? "AM" : "PM");
    case "P":
      return text(m.hour < 12 ? "am" : "pm");
    case "j":
      return [String(m.dayOfYear), 3, "0"];
    case "u":
      return text(String(m.weekday || 7));
    case "w":
      return text(String(m.weekday));
    case "U":
      return two(Math.floor((m.dayOfYear + 6 - m.weekday) / 7));
    case "W":
      return two(Math.floor((m.dayOfYear + 6 - ((m.weekday + 6) % 7)) / 7));
    case "V":
      return two(isoWeek(m)[1]);
    case "G":
      return [String(isoWeek(m)[0]), 4, "0"];
    case "g":
      return two(isoWeek(m)[0] % 100);
    case "q":
      return text(String(Math.ceil(m.month / 3)));
    case "a":
      return text(weekdays[m.weekday]!.slice(0, 3));
    case "A":
      return text(weekdays[m.weekday]!);
    case "b":
    case "h":
      return text(months[m.month - 1]!.slice(0, 3));
    case "B":
      return text(months[m.month - 1]!);
    case "s":
      return text(String(Math.floor(m.at / 1000)));
    case "z":
      return text(offsetText(m.offset, colons));
    case "Z":
      return text(m.zone);
    case "D":
    case "x":
      return nested("%m/%d/%y");
    case "F":
      return nested("%Y-%m-%d");
    case "T":
    case "X":
      return nested("%H:%M:%S");
    case "R":
      return nested("%H:%M");
    case "r":
      return nested("%I:%M:%S %p");
    case "c":
      return nested("%a %b %e %H:%M:%S %Y");
    default:
      return undefined;
  }
}

function offsetText(offset: number, colons: string): string {
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, "0");
  const minutes = String(Math.abs(offset) % 60).padStart(2, "0");
  const s = offset < 0 ? "-" : "+";
  if (colons === ":::") return minutes === "00" ? s + hours : `${s}${hours}:${minutes}`;
  return colons === "::" ? `${s}${hours}:${minutes}:00` : colons === ":" ? `${s}${hours}:${minutes}` : s + hours + minutes;
}
