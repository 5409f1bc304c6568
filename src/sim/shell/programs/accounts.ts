/** /etc/passwd and /etc/group, as setuid programs read them. */
import type { FsView } from "../../fs/view.ts";

export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

const rows = (fs: FsView, path: string): string[][] =>
  (fs.tryReadText(path) ?? "")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((row) => row.length >= 4);

const accounts = (fs: FsView): Account[] =>
  rows(fs, "/etc/passwd").map((row) => ({
    name: row[0]!,
    uid: Number(row[2]),
    gid: Number(row[3]),
    home: row[5] || "/",
    shell: row[6] || "/bin/sh",
  }));

/** By name, or by number written as #N. */
export const accountOf = (fs: FsView, who: string | number): Account | undefined =>
  accounts(fs).find((a) =>
    typeof who === "number" ? a.uid === who : who.startsWith("#") ? String(a.uid) === who.slice(1) : a.name === who,
  );

/** Names of the groups that an account is in. */
export const groupNames = (fs: FsView, account: Account): string[] =>
  rows(fs, "/etc/group")
    .filter((row) => Number(row[2]) === account.gid || row[3]!.split(",").includes(account.name))
    .map((row) => row[0]!);

/** Supplementary group ids. */
export const groupIds = (fs: FsView, account: Account): number[] =>
  rows(fs, "/etc/group")
    .filter((row) => Number(row[2]) === account.gid || row[3]!.split(",").includes(account.name))
    .map((row) => Number(row[2]));

export const groupId = (fs: FsView, name: string): number | undefined => {
  const row = rows(fs, "/etc/group").find((r) => r[0] === name || r[2] === name.replace(/^#/, ""));
  return row && Number(row[2]);
};
