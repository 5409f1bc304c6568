/** /etc/containers/registries.conf and registries.conf.d (containers-registries.conf(5)): what a short image name means. */
import type { Obj } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { parseReference } from "../images.ts";
import { CriError } from "../messages.ts";
import { parseToml } from "../toml.ts";

const mainFile = "/etc/containers/registries.conf";

/** The last file that says so decides which registries are searched; aliases add up. */
function read(p: Proc): { search: string[]; aliases: Record<string, string> } {
  const out = { search: [] as string[], aliases: {} as Record<string, string> };
  const files = [mainFile];
  const dir = `${mainFile}.d`;
  if (p.fs.isDir(dir)) for (const name of [...p.fs.readdir(dir)].sort()) if (name.endsWith(".conf")) files.push(`${dir}/${name}`);
  for (const file of files) {
    const text = p.fs.tryReadText(file);
    if (text === undefined) continue;
    const config = parseToml(text);
    if (Array.isArray(config["unqualified-search-registries"])) out.search = config["unqualified-search-registries"] as string[];
    Object.assign(out.aliases, (config.aliases ?? {}) as Obj);
    if (config.registry !== undefined) p.notSimulated(`[[registry]] in ${file}`);
  }
  return out;
}

/** The full name of an image. Throws CriError for a short name that means nothing, or several things. */
export function resolveShortName(p: Proc, name: string, enforcing: boolean): string {
  const first = name.includes("/") ? name.slice(0, name.indexOf("/")) : "";
  if (first.includes(".") || first.includes(":") || first === "localhost" || /^(sha256:)?[0-9a-f]{64}$/.test(name)) return name;
  let tagged = name;
  try {
    const { tag, digest } = parseReference(name);
    if (tag === undefined && digest === undefined) tagged = `${name}:latest`;
  } catch {
    return name;
  }
  const { search, aliases } = read(p);
  const bare = name.replace(/[:@].*$/, "");
  const alias = aliases[bare];
  if (alias !== undefined) return alias + name.slice(bare.length);
  if (search.length === 0)
    throw new CriError(
      "Unknown",
      `short-name ${JSON.stringify(tagged)} did not resolve to an alias and no unqualified-search registries are defined in ${JSON.stringify(mainFile)}`,
    );
  if (search.length > 1 && enforcing)
    throw new CriError("Unknown", `short name mode is enforcing, but image name ${tagged} returns ambiguous list`);
  const registry = search[0]!;
  return registry === "docker.io" && !name.includes("/") ? `docker.io/library/${name}` : `${registry}/${name}`;
}
