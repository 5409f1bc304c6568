import { Errno } from "../../../core/errno.ts";
import { command, type Context } from "../command.ts";
import { groupNamed, ownerNamed, groupName, userName } from "../../../image/users.ts";
import { quote, quoteAlways, quoteName } from "../quote.ts";
import { join } from "./copy.ts";
import { modeText, parseMode } from "./mode.ts";

/** A mode that begins with `-` looks like options: getopt takes its first letter for one, the rest for its value. */
const modeLetters = [..."rwxXstugoa+=01234567"];

const octal = (mode: number): string => mode.toString(8).padStart(4, "0");

export const chmod = command({
  name: "chmod",
  options:
    "c,changes f,silent quiet v,verbose ~no-preserve-root !preserve-root reference= R,recursive " +
    modeLetters.map((x) => `${x}=?`).join(" "),
  usage:
    "[OPTION]... MODE[,MODE]... FILE...\n  or:  chmod [OPTION]... OCTAL-MODE FILE...\n  or:  chmod [OPTION]... --reference=RFILE FILE...",
  summary: "Change the mode of each FILE to MODE.",
  async run(c) {
    const { p, o } = c;
    const operands = [...o.operands];
    const dashed = o.list.filter(([key]) => modeLetters.includes(key)).map(([key, rest]) => `-${key}${rest}`);
    const reference = o.value("reference");
    const text =
      dashed.length > 0
        ? dashed.join(",")
        : reference !== undefined
          ? p.fs.stat(reference).mode.toString(8).padStart(5, "0")
          : (operands.shift() ?? (await c.usage("missing operand")));
    if (operands.length === 0) await c.usage(dashed.length > 0 ? "missing operand" : `missing operand after ${quote(p, text)}`);
    const change = parseMode(text) ?? (await c.usage(`invalid mode: ${quote(p, text)}`));
    const visit = async (path: string, argument: boolean): Promise<void> => {
      await p.tick();
      const link = p.fs.tryStat(path, false);
      if (link?.type === "symlink" && !argument) return;
      const s = p.fs.tryStat(path);
      if (!s) {
        if (o.has("f", "quiet")) c.status = 1;
        else
          await c.warn(
            link
              ? `cannot operate on dangling symlink ${quoteAlways(path)}`
              : `cannot access ${quoteAlways(path)}: No such file or directory`,
          );
        return;
      }
      const mode = change(s.mode, s.type === "dir", p.fs.umask);
      try {
        p.fs.chmod(path, mode);
        const letters = (m: number): string => modeText(s.type, m).slice(1);
        const shown = (m: number): string => `${octal(m)} (${letters(m)})`;
        if (mode !== s.mode && o.has("v", "c"))
          c.out.text(`mode of ${quoteAlways(path)} changed from ${shown(s.mode)} to ${shown(mode)}\n`);
        else if (o.has("v")) c.out.text(`mode of ${quoteAlways(path)} retained as ${shown(mode)}\n`);
        const plain = change(s.mode, s.type === "dir", 0);
        if (dashed.length > 0 && mode & ~plain)
          await c.warn(`${quoteName(path)}: new permissions are ${letters(mode)}, not ${letters(plain)}`);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (o.has("f", "quiet")) c.status = 1;
        else await c.warn(`changing permissions of ${quoteAlways(path)}: ${error.text}`);
      }
      if (o.has("R") && s.type === "dir") for (const name of p.fs.readdir(path)) await visit(join(path, name), false);
    };
    for (const path of operands) await visit(path, true);
  },
});

async function change(c: Context, spec: { uid?: number; gid?: number }, shown: string, files: string[]): Promise<void> {
  const { p, o } = c;
  const visit = async (path: string): Promise<void> => {
    await p.tick();
    const follow = !o.has("h") && !o.has("R");
    const s = p.fs.tryStat(path, follow);
    if (!s) {
      const dangling = p.fs.tryStat(path, false);
      return c.warn(`cannot ${dangling ? "dereference" : "access"} ${quoteAlways(path)}: No such file or directory`);
    }
    if (o.has("R") && s.type === "dir") for (const name of p.fs.readdir(path)) await visit(join(path, name));
    const from = o.value("from");
    if (from !== undefined) {
      const [user, group] = from.split(":");
      const fits = (!user || ownerNamed(p.fs, user)?.uid === s.uid) && (!group || groupNamed(p.fs, group) === s.gid);
      if (!fits) spec = {};
    }
    try {
      const { uid = s.uid, gid = s.gid } = spec;
      if (p.uid !== 0 && uid === s.uid && gid === s.gid && p.uid === s.uid) return;
      p.fs.chown(path, uid, gid, follow);
      const owner =
        c.name === "chgrp"
          ? groupName(p.fs, s.gid)
          : `${userName(p.fs, s.uid)}${spec.gid === undefined ? "" : `:${groupName(p.fs, s.gid)}`}`;
      const kind = c.name === "chgrp" ? "group" : "ownership";
      if ((uid !== s.uid || gid !== s.gid) && o.has("v", "c"))
        c.out.text(`changed ${kind} of ${quoteAlways(path)} from ${owner} to ${shown}\n`);
      else if (o.has("v")) c.out.text(`${kind} of ${quoteAlways(path)} retained as ${owner}\n`);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (o.has("f", "quiet")) c.status = 1;
      else await c.warn(`changing ${c.name === "chgrp" ? "group" : "ownership"} of ${quoteAlways(path)}: ${error.text}`);
    }
  };
  for (const file of files) await visit(file);
}

const options =
  "c,changes f,silent quiet v,verbose dereference h,no-dereference from= ~no-preserve-root !preserve-root reference= R,recursive !H !L ~P";

export const chown = command({
  name: "chown",
  options,
  usage: "[OPTION]... [OWNER][:[GROUP]] FILE...\n  or:  chown [OPTION]... --reference=RFILE FILE...",
  summary: "Change the owner and/or group of each FILE to OWNER and/or GROUP.",
  async run(c) {
    const { p, o } = c;
    const operands = [...o.operands];
    const reference = o.value("reference");
    if (reference !== undefined) {
      const s = p.fs.stat(reference);
      return change(c, { uid: s.uid, gid: s.gid }, `${userName(p.fs, s.uid)}:${groupName(p.fs, s.gid)}`, operands);
    }
    const text = operands.shift() ?? (await c.usage("missing operand"));
    if (operands.length === 0) await c.usage(`missing operand after ${quote(p, text)}`);
    const m = /^([^:.]*(?:\.[^:]*)?)(?:(:)(.*))?$/.exec(text)!;
    const [user, colon, group] = [m[1]!, m[2], m[3] ?? ""];
    const spec: { uid?: number; gid?: number } = {};
    const dot = colon === undefined && !ownerNamed(p.fs, user) ? user.lastIndexOf(".") : -1;
    if (dot > 0 && ownerNamed(p.fs, user.slice(0, dot)) && groupNamed(p.fs, user.slice(dot + 1)) !== undefined) {
      await c.warn(`warning: '.' should be ':': ${quote(p, text)}`, 0);
      spec.uid = ownerNamed(p.fs, user.slice(0, dot))!.uid;
      spec.gid = groupNamed(p.fs, user.slice(dot + 1))!;
    } else if (user !== "") {
      const found = ownerNamed(p.fs, user) ?? (await c.fail(`invalid user: ${quote(p, text)}`));
      spec.uid = found.uid;
      if (colon && group === "") {
        if (found.gid === undefined) await c.fail(`invalid spec: ${quote(p, text)}`);
        spec.gid = found.gid;
      }
    }
    if (group !== "") spec.gid = groupNamed(p.fs, group) ?? (await c.fail(`invalid group: ${quote(p, text)}`));
    await change(c, spec, text.replace(/^:/, ""), operands);
  },
});

export const chgrp = command({
  name: "chgrp",
  options,
  usage: "[OPTION]... GROUP FILE...\n  or:  chgrp [OPTION]... --reference=RFILE FILE...",
  summary: "Change the group of each FILE to GROUP.",
  async run(c) {
    const { p, o } = c;
    const operands = [...o.operands];
    const reference = o.value("reference");
    if (reference !== undefined) return change(c, { gid: p.fs.stat(reference).gid }, groupName(p.fs, p.fs.stat(reference).gid), operands);
    const text = operands.shift() ?? (await c.usage("missing operand"));
    if (operands.length === 0) await c.usage(`missing operand after ${quote(p, text)}`);
    const gid = groupNamed(p.fs, text) ?? (await c.fail(`invalid group: ${quote(p, text)}`));
    await change(c, { gid }, text, operands);
  },
});
