/** The language of unit files, systemd.syntax(7): sections of assignments, names, specifiers, time spans, command lines. */

import { settingKind } from "./unit-settings.ts";

export type Sections = Record<string, [key: string, value: string][]>;

export interface ParsedUnit {
  sections: Sections;
  /** Complaints for the journal, `line: text`. */
  problems: { line: number; text: string }[];
}

const parsed = new Map<string, ParsedUnit>();

/** Parses a unit file; equal texts are parsed once. */
export function parseUnit(text: string): ParsedUnit {
  let known = parsed.get(text);
  if (!known) {
    known = parse(text);
    if (parsed.size > 2000) parsed.clear();
    parsed.set(text, known);
  }
  return known;
}

function parse(text: string): ParsedUnit {
  const sections: Sections = {};
  const problems: ParsedUnit["problems"] = [];
  let section = "";
  let pending = "";
  let lineNumber = 0;
  for (const raw of text.split("\n")) {
    lineNumber++;
    const line = pending === "" ? raw.trimStart() : raw;
    // comments between continued lines are skipped, and the line goes on
    if (/^\s*[#;]/.test(line)) continue;
    if (line.endsWith("\\")) {
      pending += `${line.slice(0, -1)} `;
      continue;
    }
    const whole = (pending + line).trim();
    pending = "";
    if (whole === "") continue;
    if (whole.startsWith("[")) {
      if (!whole.endsWith("]")) {
        problems.push({ line: lineNumber, text: `Invalid section header '${whole}'` });
        continue;
      }
      section = whole.slice(1, -1);
      sections[section] ??= [];
      continue;
    }
    const cut = whole.indexOf("=");
    if (section === "") {
      problems.push({ line: lineNumber, text: "Assignment outside of section. Ignoring." });
      continue;
    }
    if (cut <= 0) {
      problems.push({ line: lineNumber, text: "Missing '=', ignoring line." });
      continue;
    }
    const key = whole.slice(0, cut).trimEnd();
    if (settingKind(section, key) === "unknown")
      problems.push({ line: lineNumber, text: `Unknown key '${key}' in section [${section}], ignoring.` });
    sections[section]!.push([key, whole.slice(cut + 1).trim()]);
  }
  return { sections, problems };
}

/** All values of a list setting; an empty assignment clears what came before. */
export function values(sections: Sections, section: string, ...keys: string[]): string[] {
  let out: string[] = [];
  for (const [key, value] of sections[section] ?? []) {
    if (!keys.includes(key)) continue;
    if (value === "") out = [];
    else out.push(value);
  }
  return out;
}

/** The last value of a setting, "" when it is not set. */
export function value(sections: Sections, section: string, ...keys: string[]): string {
  let out = "";
  for (const [key, text] of sections[section] ?? []) if (keys.includes(key)) out = text;
  return out;
}

export function words(sections: Sections, section: string, ...keys: string[]): string[] {
  return values(sections, section, ...keys).flatMap((text) => text.split(/\s+/).filter((w) => w !== ""));
}

/** 1, yes, true, on and their opposites; undefined for anything else. */
export function boolean(text: string): boolean | undefined {
  if (/^(1|yes|y|true|t|on)$/i.test(text)) return true;
  if (/^(0|no|n|false|f|off)$/i.test(text)) return false;
  return undefined;
}

const spanUnits: Record<string, number> = {
  us: 0.001,
  usec: 0.001,
  ms: 1,
  msec: 1,
  "": 1000,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
  month: 2_629_800_000,
  months: 2_629_800_000,
  M: 2_629_800_000,
  y: 31_557_600_000,
  year: 31_557_600_000,
  years: 31_557_600_000,
};

/** A time span of systemd.time(7) in milliseconds; Infinity for `infinity`, undefined when it is none. */
export function timeSpan(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "infinity") return Infinity;
  let total = 0;
  let rest = trimmed;
  if (rest === "") return undefined;
  while (rest !== "") {
    const m = /^(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*/.exec(rest);
    if (!m) return undefined;
    const unit = spanUnits[m[2]!] ?? spanUnits[m[2]!.toLowerCase()];
    if (unit === undefined) return undefined;
    total += Number(m[1]) * unit;
    rest = rest.slice(m[0].length);
  }
  return total;
}

/** systemd's format_timespan: `1min 30s`, `100ms`; the accuracy is a millisecond. */
export function formatSpan(ms: number): string {
  if (ms === Infinity) return "infinity";
  if (ms === 0) return "0";
  const parts: string[] = [];
  let rest = Math.round(ms);
  for (const [name, size] of [
    ["y", 31_557_600_000],
    ["month", 2_629_800_000],
    ["w", 604_800_000],
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
  ] as const) {
    const n = Math.floor(rest / size);
    if (n > 0) parts.push(`${n}${name === "month" && n > 1 ? "months" : name}`);
    rest -= n * size;
  }
  if (rest >= 1000) {
    const seconds = rest / 1000;
    parts.push(`${Number.isInteger(seconds) ? seconds : seconds.toFixed(3)}s`);
  } else if (rest > 0) parts.push(`${rest}ms`);
  return parts.join(" ");
}

// --- names

const suffixes = ["service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope"] as const;
export type UnitType = (typeof suffixes)[number];

export function typeOf(name: string): UnitType | undefined {
  const end = name.slice(name.lastIndexOf(".") + 1);
  return suffixes.find((s) => s === end);
}

/** The name with the suffix that a command line may leave out. */
export const withSuffix = (name: string): string =>
  name.startsWith("/dev/")
    ? `${escapePath(name)}.device`
    : name.startsWith("/")
      ? `${escapePath(name)}.mount`
      : typeOf(name)
        ? name
        : `${name}.service`;

/** `getty@tty1.service` → {template: "getty@.service", instance: "tty1", prefix: "getty"}. */
export function instanceOf(name: string): { template: string; instance: string; prefix: string } | undefined {
  const at = name.indexOf("@");
  const dot = name.lastIndexOf(".");
  if (at < 0 || dot < at) return undefined;
  return { template: `${name.slice(0, at + 1)}${name.slice(dot)}`, instance: name.slice(at + 1, dot), prefix: name.slice(0, at) };
}

/** systemd-escape(1) of a string. */
function escape(text: string): string {
  let out = "";
  for (const [i, byte] of [...Buffer.from(text, "utf8")].entries()) {
    const c = String.fromCharCode(byte);
    if (c === "/") out += "-";
    else if (/[A-Za-z0-9:_]/.test(c) || (c === "." && i > 0)) out += c;
    else out += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return out;
}

/** systemd-escape --path. */
export function escapePath(path: string): string {
  const clean = path
    .split("/")
    .filter((p) => p !== "" && p !== ".")
    .join("/");
  return clean === "" ? "-" : escape(clean);
}

const unescape = (text: string): string =>
  text.replace(/-/g, "/").replace(/\\x([0-9a-f]{2})/g, (_m, hex: string) => String.fromCharCode(parseInt(hex, 16)));

// --- specifiers and command lines

export interface SpecifierContext {
  name: string;
  hostname: string;
  machineId: string;
  bootId: string;
  kernel: string;
  user: string;
  home: string;
}

/** Expands the specifiers of systemd.unit(5). */
export function specifiers(text: string, c: SpecifierContext): string {
  if (!text.includes("%")) return text;
  const instance = instanceOf(c.name);
  const bare = c.name.slice(0, c.name.lastIndexOf("."));
  const prefix = instance?.prefix ?? bare;
  return text.replace(/%(.)/g, (whole, letter: string) => {
    switch (letter) {
      case "%":
        return "%";
      case "n":
        return c.name;
      case "N":
        return bare;
      case "p":
        return prefix;
      case "P":
        return unescape(prefix);
      case "i":
        return instance?.instance ?? "";
      case "I":
        return unescape(instance?.instance ?? "");
      case "f":
        return `/${unescape(instance?.instance ?? prefix)}`;
      case "j":
        return prefix.slice(prefix.lastIndexOf("-") + 1);
      case "H":
        return c.hostname;
      case "l":
        return c.hostname.split(".")[0]!;
      case "m":
        return c.machineId;
      case "b":
        return c.bootId;
      case "v":
        return c.kernel;
      case "u":
        return c.user;
      case "U":
        return c.user === "root" ? "0" : c.user;
      case "h":
        return c.home;
      case "t":
        return "/run";
      case "S":
        return "/var/lib";
      case "C":
        return "/var/cache";
      case "L":
        return "/var/log";
      case "E":
        return "/etc";
      case "T":
        return "/tmp";
      case "V":
        return "/var/tmp";
      case "s":
        return "/bin/sh";
      case "o":
        return "ubuntu";
      case "w":
        return "24.04";
      default:
        return whole;
    }
  });
}

/** Splits as systemd.service(5), "Command lines": quotes anywhere around a word, C escapes. `;` as a word of its own separates commands. */
export function splitWords(text: string): string[] {
  const out: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "\\" && quote !== "'") {
      const next = text[++i] ?? "";
      const plain: Record<string, string> = { n: "\n", t: "\t", r: "\r", s: " ", a: "\x07", b: "\b", f: "\f", v: "\v" };
      if (next === "x") {
        word = (word ?? "") + String.fromCharCode(parseInt(text.slice(i + 1, i + 3), 16));
        i += 2;
      } else word = (word ?? "") + (plain[next] ?? next);
    } else if (quote !== "") {
      if (c === quote) quote = "";
      else word = (word ?? "") + c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= "";
    } else if (/\s/.test(c)) {
      if (word !== undefined) out.push(word);
      word = undefined;
    } else word = (word ?? "") + c;
  }
  if (word !== undefined) out.push(word);
  return out;
}

export interface ExecCommand {
  path: string;
  /** Before variables are put in. */
  argv: string[];
  ignoreFailure: boolean;
  /** `+`, `!`, `!!`: with full privileges. */
  privileged: boolean;
  noExpansion: boolean;
}

/** The commands of one Exec… value. */
export function execCommands(text: string): ExecCommand[] {
  const out: ExecCommand[] = [];
  let current: string[] = [];
  const flush = () => {
    if (current.length === 0) return;
    const m = /^([-@:+!]*)(.*)$/s.exec(current[0]!)!;
    const path = m[2]!;
    const rest = current.slice(1);
    const argv = m[1]!.includes("@") ? rest : [path, ...rest];
    out.push({
      path,
      argv,
      ignoreFailure: m[1]!.includes("-"),
      // `!!` means ambient capabilities wherever the kernel has them
      privileged: m[1]!.includes("+") || /^[^!]*!(?!!)/.test(m[1]!),
      noExpansion: m[1]!.includes(":"),
    });
    current = [];
  };
  for (const word of splitWords(text)) {
    if (word === ";") flush();
    else current.push(word);
  }
  flush();
  return out;
}

/** `$VAR` as a word of its own is split at white space, `${VAR}` anywhere is not; `$$` is a dollar. */
export function expandArguments(argv: string[], env: Record<string, string>): string[] {
  return argv.flatMap((word, i) => {
    const alone = /^\$([A-Za-z_]\w*)$/.exec(word);
    if (alone && i > 0) return splitWords(env[alone[1]!] ?? "");
    return [
      word.replace(/\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g, (m, a?: string, b?: string) =>
        m === "$$" ? "$" : (env[a ?? b ?? ""] ?? ""),
      ),
    ];
  });
}

/** Assignments of an EnvironmentFile. */
export function environmentFile(text: string): Record<string, string> {
  const out: Record<string, string> = {};
  const joined = text.replace(/\\\n/g, "");
  for (const line of joined.split("\n")) {
    const m = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line);
    if (!m || /^\s*[#;]/.test(line)) continue;
    let raw = m[2]!.trim();
    if (raw.length >= 2 && /^(["']).*\1$/.test(raw))
      raw = raw[0] === '"' ? raw.slice(1, -1).replace(/\\(["\\$`])/g, "$1") : raw.slice(1, -1);
    else raw = raw.replace(/\\(.)/g, "$1");
    out[m[1]!] = raw;
  }
  return out;
}
