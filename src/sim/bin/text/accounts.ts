/** Names of users and groups, from the process's /etc/passwd and /etc/group. */
import type { Proc } from "../../kernel/proc.ts";

function table(p: Proc, file: string): string[][] {
  return (p.fs.tryReadText(file) ?? "")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 3);
}

export function userName(p: Proc, uid: number): string {
  return table(p, "/etc/passwd").find((f) => Number(f[2]) === uid)?.[0] ?? String(uid);
}
export function groupName(p: Proc, gid: number): string {
  return table(p, "/etc/group").find((f) => Number(f[2]) === gid)?.[0] ?? String(gid);
}
/** By name or number; undefined: no such user. `gid` is the login group. */
export function findUser(p: Proc, text: string): { uid: number; gid: number | undefined } | undefined {
  const entry = table(p, "/etc/passwd").find((f) => f[0] === text);
  if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  return /^\+?\d+$/.test(text) ? { uid: Number(text), gid: undefined } : undefined;
}
export function findGroup(p: Proc, text: string): number | undefined {
  const entry = table(p, "/etc/group").find((f) => f[0] === text);
  if (entry) return Number(entry[2]);
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}
