/** Backups of cp, mv, ln and install, as gnulib's backupfile makes them. */
import { dirname } from "../../../fs/view.ts";
import { argmatch } from "../argmatch.ts";
import type { Context } from "../command.ts";

export type BackupControl = "none" | "simple" | "existing" | "numbered";

const words = [
  ["none", "off"],
  ["simple", "never"],
  ["existing", "nil"],
  ["numbered", "t"],
] as const;

/** What -b, --backup, -S and $VERSION_CONTROL ask for. */
export async function backupControl(c: Context): Promise<BackupControl> {
  const { o, p } = c;
  if (!o.has("b", "backup", "S")) return "none";
  const given = o.value("backup") ?? "";
  if (given !== "") return (await argmatch(c, given, "backup type", words)) as BackupControl;
  const control = p.env.VERSION_CONTROL ?? "";
  return control === "" ? "existing" : ((await argmatch(c, control, "$VERSION_CONTROL", words)) as BackupControl);
}

/** Where the file at `path` goes to make room. */
function backupName(c: Context, path: string, control: BackupControl): string {
  const { p, o } = c;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const numbers = p.fs
    .readdir(dirname(path))
    .filter((x) => x.startsWith(`${name}.~`))
    .map((x) => Number(/^\.~([1-9]\d*)~$/.exec(x.slice(name.length))?.[1] ?? "0"));
  const last = Math.max(0, ...numbers);
  if (control === "numbered" || (control === "existing" && last > 0)) return `${path}.~${last + 1}~`;
  const suffix = o.value("S") ?? p.env.SIMPLE_BACKUP_SUFFIX ?? "~";
  return path + (suffix === "" || suffix.includes("/") ? "~" : suffix);
}

/** Renames what is at `path`; its new name, or undefined when no backup is wanted. */
export function backUp(c: Context, path: string, control: BackupControl): string | undefined {
  if (control === "none") return undefined;
  const name = backupName(c, path, control);
  c.p.fs.rename(path, name);
  return name;
}
