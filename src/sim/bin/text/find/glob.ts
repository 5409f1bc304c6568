/** fnmatch(3) without FNM_PATHNAME: `*` also crosses slashes. */
import { steadyRegExp } from "../../../core/regexp/index.ts";
function globSource(glob: string): string {
  let out = "";
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!;
    if (c === "*") out += ".*";
    else if (c === "?") out += ".";
    else if (c === "\\" && i + 1 < glob.length) out += glob[++i]!.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    else if (c === "[") {
      const end = glob.indexOf("]", i + (/[!^]/.test(glob[i + 1] ?? "") ? 3 : 2));
      if (end < 0) out += "\\[";
      else {
        const body = glob
          .slice(i + 1, end)
          .replace(/^!/, "^")
          .replace(
            /\[:(\w+):\]/g,
            (_m, name: string) =>
              ({ digit: "0-9", alpha: "A-Za-z", alnum: "A-Za-z0-9", upper: "A-Z", lower: "a-z", space: "\\s" })[name] ?? "",
          );
        out += `[${body.replaceAll("\\", "\\\\")}]`;
        i = end;
      }
    } else out += c.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
  return out;
}

const cache = new Map<string, RegExp>();

export function matchGlob(glob: string, name: string, ignoreCase = false): boolean {
  const key = `${ignoreCase ? "i" : "s"}${glob}`;
  let regex = cache.get(key);
  if (!regex) {
    if (cache.size > 1000) cache.clear();
    regex = steadyRegExp(`^(?:${globSource(glob)})$`, ignoreCase ? "si" : "s");
    cache.set(key, regex);
  }
  return regex.test(name);
}
