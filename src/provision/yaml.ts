import { stringify } from "yaml";

/** YAML for programs written in Go, which read 1.1: there a bare `n` or `on` is no text, though it may be a cluster's name. */
export const yamlOf = (value: unknown): string => stringify(value, { version: "1.1", aliasDuplicateObjects: false });
