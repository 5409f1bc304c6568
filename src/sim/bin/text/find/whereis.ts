/** whereis of util-linux 2.39. */
import type { Proc } from "../../../kernel/proc.ts";
import { command } from "../command.ts";

const binaryDirs =
  "/usr/bin /usr/sbin /usr/lib /usr/lib/x86_64-linux-gnu /usr/lib64 /bin /sbin /etc /usr/etc /lib /lib64 /usr/games /usr/local/bin /usr/local/sbin /usr/local/etc /usr/local/lib /usr/local/games /usr/include /usr/local/include /usr/libexec /usr/share";
const sourceDirs = "/usr/src /usr/src/linux";

/** Folders that are there, each once under its first name. */
function folders(p: Proc, list: string[]): string[] {
  const seen = new Set<string>();
  return list.filter((dir) => {
    const real = p.fs.isDir(dir) ? p.fs.realpath(dir) : undefined;
    if (real === undefined || seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

const manualDirs = (p: Proc): string[] => {
  const top = "/usr/share/man";
  return p.fs.isDir(top) ? p.fs.readdir(top).map((section) => `${top}/${section}`) : [];
};

export const whereis = command({
  name: "whereis",
  options: "b m s !u !B= !M= !S= !f !l !g",
  version: "from util-linux 2.39.3",
  usage: "[options] [-BMS <dir>... -f] <name>",
  summary: "Locate the binary, source, and manual-page files for a command.",
  async run(c) {
    const { p, o } = c;
    if (c.operands.length === 0) await c.usage("not enough arguments");
    const all = !o.has("b", "m", "s");
    const manual = /^(.+)\.[0-9nl][a-z]*(\.(gz|bz2|xz|zst|Z))?$/;
    const search = (dirs: string[], matches: (file: string) => boolean): string[] =>
      folders(p, dirs).flatMap((dir) =>
        p.fs
          .readdir(dir)
          .filter(matches)
          .map((file) => `${dir}/${file}`),
      );
    for (const given of c.operands) {
      const name = given.slice(given.lastIndexOf("/") + 1);
      const found = [
        ...(all || o.has("b") ? search([...binaryDirs.split(" "), ...(p.env.PATH ?? "").split(":")], (file) => file === name) : []),
        ...(all || o.has("m") ? search(manualDirs(p), (file) => manual.exec(file)?.[1] === name) : []),
        ...(all || o.has("s") ? search(sourceDirs.split(" "), (file) => file === name) : []),
      ];
      c.out.text(`${[`${name}:`, ...found].join(" ")}\n`);
    }
  },
});
