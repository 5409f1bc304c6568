import { Errno } from "../../../core/errno.ts";
import { command } from "../command.ts";
import { quote, quoteAlways } from "../quote.ts";
import { parseMode } from "./mode.ts";

export const mkdir = command({
  name: "mkdir",
  options: "m,mode= p,parents v,verbose !Z !context=?",
  usage: "[OPTION]... DIRECTORY...",
  summary: "Create the DIRECTORY(ies), if they do not already exist.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) await c.usage("missing operand");
    const given = o.value("m");
    const change = given === undefined ? undefined : parseMode(given);
    if (given !== undefined && !change) await c.fail(`invalid mode ${quote(p, given)}`);
    for (const name of o.operands) {
      let at = name;
      try {
        if (o.has("p")) {
          const parts = name.split("/");
          let path = name.startsWith("/") ? "/" : "";
          for (const [i, part] of parts.entries()) {
            if (part === "") continue;
            path += (path === "" || path.endsWith("/") ? "" : "/") + part;
            at = path;
            const s = p.fs.tryStat(path);
            if (s?.type === "dir") continue;
            if (s) throw new Errno(i === parts.length - 1 ? "EEXIST" : "ENOTDIR", path);
            p.fs.mkdir(path);
            if (o.has("v")) c.out.text(`${c.name}: created directory ${quoteAlways(path)}\n`);
            if (change && parts.slice(i + 1).every((x) => x === "")) p.fs.chmod(path, change(0o777, true, p.fs.umask));
          }
        } else {
          p.fs.mkdir(name);
          if (change) p.fs.chmod(name, change(0o777, true, p.fs.umask));
          if (o.has("v")) c.out.text(`${c.name}: created directory ${quoteAlways(name)}\n`);
        }
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        await c.warn(`cannot create directory ${quote(p, at)}: ${error.text}`);
      }
    }
  },
});

export const rmdir = command({
  name: "rmdir",
  options: "ignore-fail-on-non-empty p,parents v,verbose",
  usage: "[OPTION]... DIRECTORY...",
  summary: "Remove the DIRECTORY(ies), if they are empty.",
  async run(c) {
    const { p, o } = c;
    if (o.operands.length === 0) await c.usage("missing operand");
    for (const name of o.operands) {
      let path = name.replace(/(.)\/+$/, "$1");
      for (;;) {
        try {
          if (o.has("v")) c.out.text(`${c.name}: removing directory, ${quoteAlways(path)}\n`);
          p.fs.rmdir(path);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          if (error.code === "ENOTEMPTY" && o.has("ignore-fail-on-non-empty")) break;
          await c.warn(`failed to remove ${path === name ? "" : "directory "}${quoteAlways(path)}: ${error.text}`);
          break;
        }
        const cut = path.lastIndexOf("/");
        if (!o.has("p") || cut <= 0) break;
        path = path.slice(0, cut);
      }
    }
  },
});
