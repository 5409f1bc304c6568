/** YAML as sigs.k8s.io/yaml writes it: keys sorted, lists not indented, no line folding. */
import { parseAllDocuments, stringify } from "yaml";

export function toYaml(value: unknown): string {
  return stringify(value, { version: "1.1", sortMapEntries: true, indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
}

/** Documents of a text; throws Error with Go's words where it is no YAML. */
export function fromYaml(text: string): unknown[] {
  const documents = parseAllDocuments(text, { version: "1.1", uniqueKeys: false });
  const list = Array.isArray(documents) ? documents : [];
  for (const document of list) {
    const [error] = document.errors;
    if (!error) continue;
    // go-yaml is at the colon, this parser at the beginning of the key that spans lines
    const spanning = document.errors.find((e) => e.code === "MULTILINE_IMPLICIT_KEY")?.linePos?.[1]?.line;
    const line = spanning ?? error.linePos?.[0].line ?? 1;
    throw new Error(`error converting YAML to JSON: yaml: line ${line}: ${goText(error.code)}`);
  }
  return list.map((d) => d.toJS() as unknown);
}

/** What go-yaml's scanner calls the commonest faults. */
function goText(code: string): string {
  switch (code) {
    case "BAD_INDENT":
    case "MULTILINE_IMPLICIT_KEY":
    case "BLOCK_AS_IMPLICIT_KEY":
      return "mapping values are not allowed in this context";
    case "TAB_AS_INDENT":
      return "found character that cannot start any token";
    case "MISSING_CHAR":
      return "could not find expected ':'";
    default:
      return "did not find expected key";
  }
}
