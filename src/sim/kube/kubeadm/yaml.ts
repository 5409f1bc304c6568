/** YAML as sigs.k8s.io/yaml writes it: keys sorted, lists not indented, no line folding. */
import { stringify } from "yaml";
import { parseYaml, YamlError, yamlTexts } from "../../core/yaml.ts";

export function toYaml(value: unknown): string {
  return stringify(value, { version: "1.1", sortMapEntries: true, indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
}

/** Documents of a text; throws Error with Go's words where it is no YAML. */
export function fromYaml(text: string): unknown[] {
  return yamlTexts(text).map((part) => {
    try {
      return parseYaml(part);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      throw new Error(`error converting YAML to JSON: yaml: ${error.message}`, { cause: error });
    }
  });
}
