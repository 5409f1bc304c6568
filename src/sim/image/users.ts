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

export interface Group {
  name: string;
  gid: number;
  members: string[];
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
    home: f[5] || "/",
    // passwd(5): an empty field means /bin/sh
    shell: f[6] || "/bin/sh",
  }));

export const groups = (fs: FsView): Group[] =>
  rows(fs, "/etc/group").map((f) => ({ name: f[0]!, gid: Number(f[2]), members: (f[3] ?? "").split(",").filter((m) => m !== "") }));

const number = /^\+?\d+$/;

/** By name or number. */
export const userByName = (fs: FsView, name: string): User | undefined => {
  const all = users(fs);
  return all.find((u) => u.name === name) ?? (number.test(name) ? all.find((u) => u.uid === Number(name)) : undefined);
};
export const userById = (fs: FsView, uid: number): User | undefined => users(fs).find((u) => u.uid === uid);

export const userName = (fs: FsView, uid: number): string => userById(fs, uid)?.name ?? String(uid);
export const groupName = (fs: FsView, gid: number): string => groups(fs).find((g) => g.gid === gid)?.name ?? String(gid);

/** Owner and group as chown(1) takes them: a name, or a number that need not be anybody's. `gid` is the login group. */
export function ownerNamed(fs: FsView, text: string): { uid: number; gid: number | undefined } | undefined {
  const user = users(fs).find((u) => u.name === text);
  if (user) return { uid: user.uid, gid: user.gid };
  return number.test(text) ? { uid: Number(text), gid: undefined } : undefined;
}
export function groupNamed(fs: FsView, text: string): number | undefined {
  return groups(fs).find((g) => g.name === text)?.gid ?? (number.test(text) ? Number(text) : undefined);
}

/** Supplementary groups, without the primary one. */
export const groupsOf = (fs: FsView, user: User): number[] => membership(fs, user).filter((gid) => gid !== user.gid);

/** All groups of a user, the primary one among them where it is in /etc/group. */
export const membership = (fs: FsView, user: User): number[] =>
  groups(fs)
    .filter((g) => g.gid === user.gid || g.members.includes(user.name))
    .map((g) => g.gid);
