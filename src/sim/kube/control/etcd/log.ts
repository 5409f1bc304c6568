/** How etcd writes its log: zap's JSON since 3.5, capnslog's lines before. */
import type { Proc } from "../../../kernel/proc.ts";

type Level = "debug" | "info" | "warn" | "error" | "fatal";
const letters: Record<Level, string> = { debug: "D", info: "I", warn: "W", error: "E", fatal: "C" };

/** `2026-11-20T22:24:31.927461Z` */
export function timestamp(p: Proc): string {
  return new Date(p.now).toISOString().replace("Z", "000Z");
}

export const isZap = (version: string): boolean => {
  const [major = 3, minor = 5] = version.split(".").map(Number);
  return major > 3 || minor >= 5;
};

/** One line. `caller` is zap's source location; `pkg` and `plain` are the old format's. */
export function log(
  p: Proc,
  level: Level,
  caller: string,
  msg: string,
  fields: Record<string, unknown> = {},
  old?: { pkg: string; text: string },
): void {
  if (isZap(p.state.version)) {
    p.log(JSON.stringify({ level, ts: timestamp(p), caller, msg, ...fields }));
    return;
  }
  if (!old) return;
  const at = timestamp(p).replace("T", " ").replace("Z", "");
  p.log(`${at} ${letters[level]} | ${old.pkg}: ${old.text}`);
}

/** Raft's own lines. */
export function raftLog(p: Proc, text: string): void {
  if (isZap(p.state.version))
    p.log(JSON.stringify({ level: "info", ts: timestamp(p), logger: "raft", caller: "etcdserver/zap_raft.go:77", msg: text }));
  else p.log(`raft${timestamp(p).slice(0, 19).replaceAll("-", "/").replace("T", " ")} INFO: ${text}`);
}
