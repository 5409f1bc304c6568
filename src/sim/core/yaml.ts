/** YAML as Go programs read it: values by YAML 1.1 as go-yaml understands it, errors in go-yaml's words. */
import { parseDocument, type ScalarTag, type Tags } from "yaml";
import { copy } from "./copy.ts";
import { goYamlError } from "./go-yaml.ts";

/** `message` is go-yaml's, without its `yaml: `. */
export class YamlError extends Error {}

/** Numbers to base 60 are strings to go-yaml (resolve.go), and so are times to whoever does not ask for one. */
const customTags = (tags: Tags): Tags => [
  octal,
  ...tags.filter((tag) => typeof tag === "string" || (tag.format !== "TIME" && tag.tag !== "tag:yaml.org,2002:timestamp")),
];
/** `0o17` is YAML 1.2; go-yaml reads it as well as `017`. */
const octal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => (text.startsWith("-") ? -1 : 1) * Number.parseInt(text.replace(/^[-+]?0o|_/g, ""), 8),
};

/** The first document of a text; null when there is none. Throws YamlError. */
export function parseYaml(text: string): unknown {
  const wrong = goYamlError(text);
  if (wrong !== undefined) throw new YamlError(wrong);
  const document = parseDocument(text, { version: "1.1", uniqueKeys: false, customTags });
  const [error] = document.errors.filter((e) => e.code !== "MULTIPLE_DOCS");
  if (error) throw new YamlError(`line ${error.linePos?.[0].line ?? 1}: ${error.message.split("\n")[0]}`);
  try {
    return document.toJS({ maxAliasCount: 10_000 }) as unknown;
  } catch (bomb) {
    if (!(bomb instanceof ReferenceError)) throw bomb;
    throw new YamlError("document contains excessive aliasing");
  }
}

/** The documents of a text as Kubernetes takes them apart (apimachinery's YAMLReader): at lines that begin with `---` and say nothing more. */
export function yamlTexts(text: string): string[] {
  const out: string[] = [];
  let current = "";
  for (const line of text.split(/(?<=\n)/)) {
    if (!/^---\s*(#.*)?$/.test(line.trimEnd())) {
      current += line;
      continue;
    }
    if (current !== "") out.push(current);
    current = "";
  }
  return current === "" ? out : [...out, current];
}

const known = new Map<string, unknown>();

/** As parseYaml, for what is read again and again: kubeconfigs with every call, manifests with every look at their folder. */
export function parseYamlOnce(text: string): unknown {
  let document = known.get(text);
  if (document === undefined) {
    document = parseYaml(text);
    if (known.size > 200) known.clear();
    known.set(text, document);
  }
  // a copy that is the caller's own
  return copy(document);
}
