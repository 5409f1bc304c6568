/** apt-mark: hold, unhold, showhold, manual, auto. */
import type { CommandProgram } from "../../../kernel/program.ts";
import { readLists } from "./sources.ts";
import { autoInstalled, isHeld, isInstalled, readStatus, setAuto, writeStatus } from "./status.ts";

export const aptMark: CommandProgram = {
  name: "apt-mark",
  async main(p) {
    const [verb, ...names] = p.args.filter((a) => !a.startsWith("-"));
    const status = readStatus(p.fs);
    if (verb === "showhold") {
      await p.out(
        [...status.values()]
          .filter(isHeld)
          .map((r) => `${r.Package}\n`)
          .sort()
          .join(""),
      );
      return 0;
    }
    const auto = autoInstalled(p.fs);
    if (verb === "showauto" || verb === "showmanual") {
      await p.out(
        [...status.keys()]
          .filter((n) => isInstalled(status.get(n)) && auto.has(n) === (verb === "showauto"))
          .map((n) => `${n}\n`)
          .join(""),
      );
      return 0;
    }
    if (verb === undefined || !["hold", "unhold", "auto", "manual"].includes(verb)) {
      await p.err(
        verb === undefined
          ? "apt 2.8.3 (amd64)\nUsage: apt-mark [options] {auto|manual} pkg1 [pkg2 ...]\n"
          : `E: Invalid operation ${verb}\n`,
      );
      return verb === undefined ? 1 : 100;
    }
    if (names.length === 0) {
      await p.err("E: No packages found\n");
      return 100;
    }
    const lists = readLists(p);
    for (const name of names) {
      if (!status.has(name) && !lists.has(name)) {
        await p.err(`E: Unable to locate package ${name}\nE: No packages found\n`);
        return 100;
      }
    }
    if (p.uid !== 0) {
      await p.err(
        verb === "auto" || verb === "manual"
          ? "E: Could not create temporary file for /var/lib/apt/extended_states - mkstemp (13: Permission denied)\n"
          : "E: Unable to set selection. dpkg needs superuser privileges\nE: Executing dpkg failed. Are you root?\n",
      );
      return 100;
    }
    for (const name of names) {
      const record = status.get(name);
      if (verb === "auto" || verb === "manual") {
        if (auto.has(name) === (verb === "auto"))
          await p.out(`${name} was already set to ${verb === "auto" ? "automatically" : "manually"} installed.\n`);
        else await p.out(`${name} set to ${verb === "auto" ? "automatically" : "manually"} installed.\n`);
        if (verb === "auto") auto.add(name);
        else auto.delete(name);
        continue;
      }
      const held = isHeld(record);
      if (verb === "hold" && held) await p.out(`${name} was already set on hold.\n`);
      else if (verb === "unhold" && !held) await p.out(`${name} was already not on hold.\n`);
      else {
        status.set(name, {
          ...(record ?? { Package: name, Architecture: "amd64" }),
          Status:
            verb === "hold"
              ? (record?.Status ?? "install ok not-installed").replace(/^\S+/, "hold")
              : record!.Status!.replace(/^\S+/, "install"),
        });
        await p.out(verb === "hold" ? `${name} set on hold.\n` : `Canceled hold on ${name}.\n`);
      }
    }
    if (verb === "auto" || verb === "manual") setAuto(p.fs, auto);
    else writeStatus(p.fs, status);
    return 0;
  },
};
