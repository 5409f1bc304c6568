/** YAML that is read again and again: kubeconfigs with every call, manifests with every look at their folder. */
import { copy } from "./copy.ts";
import { parse } from "yaml";

const known = new Map<string, unknown>();

/** A copy of the document that is the caller's own. Throws the parser's errors. */
export function parseOnce(text: string, version: "1.1" | "1.2" = "1.2"): unknown {
  const key = `${version} ${text}`;
  let document = known.get(key);
  if (document === undefined) {
    document = parse(text, { version });
    if (known.size > 200) known.clear();
    known.set(key, document);
  }
  return copy(document);
}
