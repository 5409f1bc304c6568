/** Prompt strings: the backslash escapes of PS1 and ${x@P}. */
import { expandText } from "./expand.ts";
import type { Shell } from "./shell.ts";
import { strftime } from "./strftime.ts";
import { logical } from "./builtins/dirs.ts";

/** The prompt with \[ and \] as \x01 and \x02 (what stands between them takes no columns). */
export async function promptText(sh: Shell, text: string): Promise<string> {
  const { p } = sh;
  let out = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "\\" || i === text.length - 1) {
      out += text[i];
      continue;
    }
    const c = text[++i]!;
    const home = sh.vars.get("HOME");
    const cwd = logical(sh);
    switch (c) {
      case "u":
        out += userName(sh);
        break;
      case "h":
        out += p.hostname.split(".")[0];
        break;
      case "H":
        out += p.hostname;
        break;
      case "w":
      case "W": {
        let shown = home && home !== "/" && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd;
        if (c === "W" && shown !== "~" && shown !== "/") shown = shown.slice(shown.lastIndexOf("/") + 1);
        out += shown.replaceAll(/[$`\\]/g, "\\$&");
        break;
      }
      case "$":
        out += p.uid === 0 ? "#" : "\\$";
        break;
      case "n":
        out += "\n";
        break;
      case "r":
        out += "\r";
        break;
      case "a":
        out += "\x07";
        break;
      case "e":
        out += "\x1b";
        break;
      case "t":
        out += strftime("%H:%M:%S", p.now);
        break;
      case "T":
        out += strftime("%I:%M:%S", p.now);
        break;
      case "@":
        out += strftime("%I:%M %p", p.now);
        break;
      case "A":
        out += strftime("%H:%M", p.now);
        break;
      case "d":
        out += strftime("%a %b %d", p.now);
        break;
      case "D": {
        const match = /^\{([^}]*)\}/.exec(text.slice(i + 1));
        if (match) {
          out += strftime(match[1] === "" ? "%X" : match[1]!, p.now);
          i += match[0].length;
        }
        break;
      }
      case "s":
        out += sh.name0.slice(sh.name0.lastIndexOf("/") + 1);
        break;
      case "v":
        out += "5.2";
        break;
      case "V":
        out += "5.2.21";
        break;
      case "j":
        out += sh.jobs.list.length;
        break;
      case "l":
        out += p.state.tty.slice(p.state.tty.lastIndexOf("/") + 1);
        break;
      case "!":
      case "#":
        out += sh.history.length + 1;
        break;
      case "[":
        out += "\x01";
        break;
      case "]":
        out += "\x02";
        break;
      case "\\":
        out += "\\\\";
        break;
      default: {
        const octal = /^[0-7]{1,3}/.exec(text.slice(i));
        if (octal) {
          out += String.fromCharCode(Number.parseInt(octal[0], 8));
          i += octal[0].length - 1;
        } else out += `\\${c}`;
      }
    }
  }
  return sh.shopt.promptvars ? await expandText(sh, out) : out.replaceAll("\\$", "$");
}

function userName(sh: Shell): string {
  const line = (sh.p.fs.tryReadText("/etc/passwd") ?? "").split("\n").find((l) => l.split(":")[2] === String(sh.p.uid));
  return line?.split(":")[0] ?? "I have no name!";
}
