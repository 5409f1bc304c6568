/** Times as systemd prints and reads them. The machine's time zone is UTC. */
import { timeSpan } from "./unit-file.ts";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n: number): string => String(n).padStart(2, "0");

/** `Fri 2026-11-20 09:00:01 UTC`. */
export function timestamp(ms: number): string {
  const d = new Date(ms);
  return `${days[d.getUTCDay()]} ${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} UTC`;
}

/** `Nov 20 09:00:01`, the journal's short form. */
export function shortTime(ms: number): string {
  const d = new Date(ms);
  return `${months[d.getUTCMonth()]} ${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
}

/** format_timestamp_relative of systemd 255: `5min ago`, `1h 3min ago`, `2 days ago`, `2s left`. */
export function relative(ms: number, now: number): string {
  const past = ms <= now;
  const suffix = past ? "ago" : "left";
  const d = Math.floor(Math.abs(now - ms) / 1000);
  const year = 31_557_600;
  const month = 2_629_800;
  const week = 604_800;
  const day = 86_400;
  const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  if (d >= year) return `${plural(Math.floor(d / year), "year")} ${plural(Math.floor((d % year) / month), "month")} ${suffix}`;
  if (d >= month) return `${plural(Math.floor(d / month), "month")} ${plural(Math.floor((d % month) / day), "day")} ${suffix}`;
  if (d >= week) return `${plural(Math.floor(d / week), "week")} ${plural(Math.floor((d % week) / day), "day")} ${suffix}`;
  if (d >= 2 * day) return `${Math.floor(d / day)} days ${suffix}`;
  if (d >= 25 * 3600) return `1 day ${Math.floor((d - day) / 3600)}h ${suffix}`;
  if (d >= 6 * 3600) return `${Math.floor(d / 3600)}h ${suffix}`;
  if (d >= 3600) return `${Math.floor(d / 3600)}h ${Math.floor((d % 3600) / 60)}min ${suffix}`;
  if (d >= 300) return `${Math.floor(d / 60)}min ${suffix}`;
  if (d >= 60) return `${Math.floor(d / 60)}min ${d % 60}s ${suffix}`;
  if (d > 0) return `${d}s ${suffix}`;
  const left = Math.abs(now - ms);
  return left >= 1 ? `${Math.round(left)}ms ${suffix}` : past ? "now" : "now";
}

/** Times of systemd.time(7): absolute, `today`, `yesterday`, `now`, `-5min`, `5 min ago`, `@seconds`. Undefined when it is none. */
export function parseTime(text: string, now: number): number | undefined {
  const t = text.trim();
  const midnight = (ms: number): number => Math.floor(ms / 86_400_000) * 86_400_000;
  if (t === "now") return now;
  if (t === "today") return midnight(now);
  if (t === "yesterday") return midnight(now) - 86_400_000;
  if (t === "tomorrow") return midnight(now) + 86_400_000;
  if (t.startsWith("@")) return Number.isNaN(Number(t.slice(1))) ? undefined : Number(t.slice(1)) * 1000;
  const span = /^([+-])(.+)$/.exec(t);
  if (span) {
    const ms = timeSpan(span[2]!);
    return ms === undefined ? undefined : span[1] === "-" ? now - ms : now + ms;
  }
  const ago = /^(.+?)\s+ago$/.exec(t);
  if (ago) {
    const ms = timeSpan(ago[1]!);
    return ms === undefined ? undefined : now - ms;
  }
  const m =
    /^(?:[A-Za-z]{3}\s+)?(?:(\d{2,4})-(\d{1,2})-(\d{1,2}))?(?:(?:\s+|T|^)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?(?:\s*(?:UTC|Z))?$/.exec(
      t,
    );
  if (!m || (m[1] === undefined && m[4] === undefined)) return undefined;
  const base =
    m[1] === undefined ? midnight(now) : Date.UTC(Number(m[1]) < 100 ? 2000 + Number(m[1]) : Number(m[1]), Number(m[2]) - 1, Number(m[3]));
  return (
    base + (Number(m[4] ?? 0) * 3600 + Number(m[5] ?? 0) * 60 + Number(m[6] ?? 0)) * 1000 + Math.floor(Number(`0.${m[7] ?? 0}`) * 1000)
  );
}
