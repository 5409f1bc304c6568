/** /etc/passwd and /etc/group as programs read them. */
import type { FsView } from "../fs/view.ts";

export interface User {
  name: string;
  uid: number;
  gid: number;
  gecos: string;
  home: string;
  shell: string;
}

const rows = (fs: FsView, path: string): string[][] =>
  (fs.tryReadText(path) ?? "")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((f) => f.length >= 3 && f[0] !== "");

export const users = (fs: FsView): User[] =>
  rows(fs, "/etc/passwd").map((f) => ({
    name: f[0]!,
    uid: Number(f[2]),
    gid: Number(f[3]),
    gecos: f[4] ?? "",
    home: f[5] ?? "/",
    shell: f[6] ?? "",
  }));

export const groups = (fs: FsView): { name: string; gid: number; members: string[] }[] =>
  rows(fs, "/etc/group").map((f) => ({ name: f[0]!, gid: Number(f[2]), members: (f[3] ?? "").split(",").filter((m) => m !== "") }));

/** By name or number. */
export const userByName = (fs: FsView, name: string): User | undefined =>
  users(fs).find((u) => u.name === name) ?? (/^\d+$/.test(name) ? users(fs).find((u) => u.uid === Number(name)) : undefined);

export const userName = (fs: FsView, uid: number): string => users(fs).find((u) => u.uid === uid)?.name ?? String(uid);
export const groupName = (fs: FsView, gid: number): string => groups(fs).find((g) => g.gid === gid)?.name ?? String(gid);

/** Supplementary groups, without the primary one. */
export const groupsOf = (fs: FsView, user: User): number[] =>
  groups(fs)
    .filter((g) => g.members.includes(user.name) && g.gid !== user.gid)
    .map((g) => g.gid);
