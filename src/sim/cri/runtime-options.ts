/** The `options` of containerd's runtime runc (api/types/runc/options), which are decoded anew for every sandbox (GenerateRuntimeOptions). */
import type { Obj } from "../core/json.ts";

type Kind = "bool" | "string" | "uint32";

/** In the order of the struct: the first that does not fit is told. */
const fields: [name: string, kind: Kind][] = [
  ["NoPivotRoot", "bool"],
  ["NoNewKeyring", "bool"],
  ["ShimCgroup", "string"],
  ["IoUid", "uint32"],
  ["IoGid", "uint32"],
  ["BinaryName", "string"],
  ["Root", "string"],
  ["SystemdCgroup", "bool"],
  ["CriuImagePath", "string"],
  ["CriuWorkPath", "string"],
];

const goTypes = { string: "string", boolean: "bool", number: "int64" } as const;
const tomlTypes = { string: "string", boolean: "boolean", number: "integer" } as const;
const given = (value: unknown): keyof typeof goTypes | undefined => {
  const type = typeof value;
  return type === "string" || type === "boolean" || type === "number" ? type : undefined;
};
const fits = (value: unknown, kind: Kind): boolean =>
  kind === "bool" ? typeof value === "boolean" : kind === "string" ? typeof value === "string" : typeof value === "number" && value >= 0;

/** What follows `failed to generate …runtime options`; nothing when they can be decoded, or when how they fail is not known here. */
export function optionsProblem(options: Obj, major: number): string | undefined {
  for (const [name, kind] of fields) {
    const value: unknown = options[name];
    const type = given(value);
    if (value === undefined || type === undefined || fits(value, kind)) continue;
    return major >= 2 ? laterText(name, kind, value, type) : earlierText(kind, value, type);
  }
  return undefined;
}

/** pelletier/go-toml 1.9; the tree is made from a map, so that nothing has a position. */
const earlierText = (kind: Kind, value: unknown, type: keyof typeof goTypes): string =>
  `failed to generate runtime options: (0, 0): Can't convert ${String(value)}(${goTypes[type]}) to ${kind}`;

/** pelletier/go-toml 2. */
function laterText(name: string, kind: Kind, value: unknown, type: keyof typeof goTypes): string {
  const why =
    type === "boolean"
      ? `cannot assign boolean to a ${String(value)}`
      : `cannot decode TOML ${tomlTypes[type]} into struct field options.Options.${name} of type ${kind}`;
  return `failed to generate sandbox runtime options: toml: ${why}`;
}
