import { Errno } from "../../../core/errno.ts";
import { command, readInput } from "../command.ts";

interface Hunk {
  /** First line of the old text, from 1. */
  start: number;
  old: string[];
  new: string[];
  /** Blank context lines at both ends, for fuzz. */
  header: string;
  newStart: number;
}
interface Section {
  from: string | undefined;
  to: string | undefined;
  hunks: Hunk[];
}

export const patch = command({
  name: "patch",
  options:
    "p,strip= F,fuzz= !l,ignore-whitespace !c,context !e,ed !n,normal ~u,unified N,forward R,reverse i,input= o,output= r,reject-file= !D,ifdef= E,remove-empty-files !t,batch !f,force s,quiet,silent !verbose dry-run b,backup !V,version-control= z,suffix= d,directory= !posix !no-backup-if-mismatch",
  usageStatus: 2,
  version: "2.7.6",
  usage: "[OPTION]... [ORIGFILE [PATCHFILE]]",
  summary: "Apply a diff file to an original.",
  async run(c) {
    const { p, o } = c;
    if (o.has("d")) p.chdir(o.value("d")!);
    let text: string;
    const source = o.value("i") ?? o.operands[1] ?? "-";
    try {
      text = (await readInput(p, source)).toString("utf8");
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return c.fail(`**** Can't open patch file ${source} : ${error.text}`, 2);
    }
    const sections = read(text);
    if (sections.length === 0) return c.fail("**** Only garbage was found in the patch input.", 2);
    let status = 0;
    for (const section of sections) {
      const strip = (name: string | undefined): string | undefined => {
        if (name === undefined || name === "/dev/null") return undefined;
        if (o.value("p") === undefined) return name.split("/").at(-1);
        return name
          .split("/")
          .slice(Number(o.value("p")))
          .join("/");
      };
      const reverse = o.has("R");
      const [from, to] = [strip(section.from), strip(section.to)];
      const file = o.operands[0] ?? (from !== undefined && p.fs.exists(from) ? from : (to ?? from));
      if (file === undefined) {
        await p.err("can't find file to patch\n");
        return 1;
      }
      const exists = p.fs.exists(file);
      const creating = section.hunks.length === 1 && section.hunks[0]!.old.length === 0;
      if (!exists && !creating) {
        c.out.text(`can't find file to patch at input line 3\n`);
        status = 1;
        continue;
      }
      if (!o.has("s")) c.out.text(`${o.has("dry-run") ? "checking" : "patching"} file ${file}\n`);
      const content = exists ? p.fs.readText(file) : "";
      let lines = content === "" ? [] : content.split(/(?<=\n)/);
      let shift = 0;
      const rejects: { n: number; hunk: Hunk }[] = [];
      for (const [n, h] of section.hunks.entries()) {
        const [old, fresh, start] = reverse ? [h.new, h.old, h.newStart] : [h.old, h.new, h.start];
        const wanted = (old.length === 0 ? start : start - 1) + shift;
        const found = locate(lines, old, wanted, Number(o.value("F") ?? "2"));
        if (!found) {
          if (n === 0 && locate(lines, fresh, (fresh.length === 0 ? h.newStart : h.newStart - 1) + shift, 0) && fresh.length > 0) {
            if (o.has("N")) {
              c.out.text(
                `Reversed (or previously applied) patch detected!  Skipping patch.\n${section.hunks.length} out of ${section.hunks.length} hunk${section.hunks.length === 1 ? "" : "s"} ignored\n`,
              );
              status = 1;
              rejects.length = 0;
              lines = [];
              break;
            }
          }
          rejects.push({ n: n + 1, hunk: h });
          c.out.text(`Hunk #${n + 1} FAILED at ${start}.\n`);
          continue;
        }
        const offset = found.at - found.fuzz - wanted;
        if ((offset !== 0 || found.fuzz > 0) && !o.has("s"))
          c.out.text(
            `Hunk #${n + 1} succeeded at ${found.at - found.fuzz + 1}${found.fuzz > 0 ? ` with fuzz ${found.fuzz}` : ""}${offset !== 0 ? ` (offset ${offset} line${Math.abs(offset) === 1 ? "" : "s"})` : ""}.\n`,
          );
        const kept = old.length - 2 * found.fuzz;
        lines.splice(found.at, kept, ...fresh.slice(found.fuzz, fresh.length - found.fuzz));
        shift += fresh.length - old.length + offset;
      }
      if (status === 1 && rejects.length === 0) continue;
      if (rejects.length > 0) {
        status = 1;
        const reject = o.value("r") ?? `${file}.rej`;
        c.out.text(
          `${rejects.length} out of ${section.hunks.length} hunk${section.hunks.length === 1 ? "" : "s"} FAILED -- saving rejects to file ${reject}\n`,
        );
        if (!o.has("dry-run"))
          p.fs.write(reject, `--- ${section.from ?? file}\n+++ ${section.to ?? file}\n${rejects.map(({ hunk }) => hunk.header).join("")}`);
      }
      if (o.has("dry-run")) continue;
      const result = lines.join("");
      if ((o.has("b") || rejects.length > 0) && exists) p.fs.write(file + (o.value("z") ?? ".orig"), content);
      const target = o.value("o") ?? file;
      if (result === "" && (section.to === "/dev/null" || o.has("E")) && !reverse) p.fs.unlink(file);
      else if (target === "-") c.out.text(result);
      else p.fs.write(target, result);
    }
    return status;
  },
});

function read(text: string): Section[] {
  const lines = text.split(/(?<=\n)/);
  const sections: Section[] = [];
  let section: Section | undefined;
  const name = (line: string): string => line.slice(4).split("\t")[0]!.trim();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith("--- ") && lines[i + 1]?.startsWith("+++ ")) {
      section = { from: name(line), to: name(lines[i + 1]!), hunks: [] };
      sections.push(section);
      i++;
      continue;
    }
    const u = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (u && section) {
      const hunk: Hunk = { start: Number(u[1]), newStart: Number(u[3]), old: [], new: [], header: line };
      let [left, right] = [Number(u[2] ?? "1"), Number(u[4] ?? "1")];
      while ((left > 0 || right > 0) && i + 1 < lines.length) {
        let body = lines[++i]!;
        hunk.header += body;
        if (lines[i + 1]?.startsWith("\\")) {
          body = body.replace(/\n$/, "");
          hunk.header += lines[++i]!;
        }
        const mark = body[0];
        const rest = mark === "\n" ? "\n" : body.slice(1);
        if (mark !== "+") {
          hunk.old.push(rest);
          left--;
        }
        if (mark !== "-") {
          hunk.new.push(rest);
          right--;
        }
      }
      section.hunks.push(hunk);
      continue;
    }
    const normal = /^(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?$/.exec(line.trimEnd());
    if (normal) {
      if (!section) sections.push((section = { from: undefined, to: undefined, hunks: [] }));
      const hunk: Hunk = { start: Number(normal[1]), newStart: Number(normal[4]), old: [], new: [], header: line };
      while (/^[<>-]/.test(lines[i + 1] ?? "") || (lines[i + 1] ?? "").startsWith("\\")) {
        let body = lines[++i]!;
        hunk.header += body;
        if (lines[i + 1]?.startsWith("\\")) {
          body = body.replace(/\n$/, "");
          i++;
        }
        if (body.startsWith("< ")) hunk.old.push(body.slice(2));
        else if (body.startsWith("> ")) hunk.new.push(body.slice(2));
      }
      section.hunks.push(hunk);
    }
  }
  return sections.filter((s) => s.hunks.length > 0);
}

/** Where the old lines are: at the wanted place, then further and further away; then with less context. */
function locate(lines: string[], old: string[], wanted: number, fuzzes: number): { at: number; fuzz: number } | undefined {
  for (let fuzz = 0; fuzz <= fuzzes; fuzz++) {
    if (fuzz > 0 && old.length <= 2 * fuzz) break;
    const part = old.slice(fuzz, old.length - fuzz);
    const fits = (at: number): boolean => at >= 0 && at + part.length <= lines.length && part.every((line, k) => lines[at + k] === line);
    for (let away = 0; away <= lines.length + Math.abs(wanted); away++) {
      if (fits(wanted + fuzz + away)) return { at: wanted + fuzz + away, fuzz };
      if (away > 0 && fits(wanted + fuzz - away)) return { at: wanted + fuzz - away, fuzz };
    }
  }
  return undefined;
}
