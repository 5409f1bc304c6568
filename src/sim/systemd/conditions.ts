/** Condition…= and Assert…= of systemd.unit(5). */
import { kernelRelease } from "../image/release.ts";
import type { Manager } from "./manager.ts";
import type { Unit } from "./state.ts";
import { boolean } from "./unit-file.ts";

/** The first condition that does not hold, in the form messages quote it. Conditions with `|` hold when one of them does. */
export function checkConditions(m: Manager, unit: Unit): { text: string; assert: boolean } | undefined {
  for (const assert of [true, false]) {
    const triggers: { ok: boolean; text: string }[] = [];
    for (const [key, raw] of unit.def.sections.Unit ?? []) {
      const match = /^(Condition|Assert)(\w+)$/.exec(key);
      if (!match || (match[1] === "Assert") !== assert || raw === "") continue;
      let text = raw;
      const trigger = text.startsWith("|");
      if (trigger) text = text.slice(1).trim();
      const negate = text.startsWith("!");
      if (negate) text = text.slice(1).trim();
      const holds = test(m, match[2]!, m.expand(unit, text));
      const ok = negate ? !holds : holds;
      const quoted = `${key}=${raw}`;
      if (trigger) triggers.push({ ok, text: quoted });
      else if (!ok) return { text: quoted, assert };
    }
    if (triggers.length > 0 && !triggers.some((t) => t.ok)) return { text: triggers[0]!.text, assert };
  }
  return undefined;
}

function test(m: Manager, kind: string, argument: string): boolean {
  const { fs } = m;
  switch (kind) {
    case "PathExists":
      return fs.exists(argument);
    case "PathExistsGlob": {
      const cut = argument.lastIndexOf("/");
      const pattern = new RegExp(
        `^${argument
          .slice(cut + 1)
          .replace(/[.+^${}()|\\]/g, "\\$&")
          .replace(/\*/g, ".*")
          .replace(/\?/g, ".")}$`,
      );
      const dir = argument.slice(0, cut) || "/";
      return fs.isDir(dir) && fs.readdir(dir).some((name) => pattern.test(name));
    }
    case "PathIsDirectory":
      return fs.isDir(argument);
    case "PathIsSymbolicLink":
      return fs.tryStat(argument, false)?.type === "symlink";
    case "PathIsMountPoint":
      return fs.mounts.some((mount) => mount.dir === argument);
    case "PathIsReadWrite":
      return fs.exists(argument) && !/(^|,)ro(,|$)/.test(fs.mountOf(argument).options);
    case "DirectoryNotEmpty":
      return fs.isDir(argument) && fs.readdir(argument).length > 0;
    case "FileNotEmpty":
      return (fs.tryStat(argument)?.size ?? 0) > 0;
    case "FileIsExecutable":
      return fs.isFile(argument) && fs.access(argument, 1);
    case "Virtualization":
      return boolean(argument) ?? (argument === "vm" || argument === "oracle");
    case "Host":
      return argument === m.machine.hostname || argument === m.machine.state.machineId;
    case "KernelVersion":
      return kernelRelease.startsWith(argument.replace(/^[<>=!]+/, ""));
    case "KernelCommandLine":
      return (fs.tryReadText("/proc/cmdline") ?? "")
        .trim()
        .split(/\s+/)
        .some((w) => w === argument || w.startsWith(`${argument}=`));
    case "Capability":
    case "ControlGroupController":
      return true;
    case "User":
      return argument === "root" || argument === "0" || argument === "@system";
    case "FirstBoot":
      return boolean(argument) === false;
    case "ACPower":
      return true;
    case "Security":
      return argument === "apparmor";
    case "Architecture":
      return argument === "x86-64" || argument === "native";
    case "Memory":
    case "CPUs":
    case "NeedsUpdate":
      return kind !== "NeedsUpdate";
    case "Environment":
      return false;
    default:
      // process 1 cannot end over it: said in the journal, and the condition does not hold
      m.machine.world.gap(m.machine.name, "systemd", `Condition${kind}=`);
      m.log(`kubemend: not simulated: Condition${kind}=${argument}`, undefined, 4);
      return false;
  }
}
