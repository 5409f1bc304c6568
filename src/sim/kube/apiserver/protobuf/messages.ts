/**
 * The messages of Kubernetes' generated.proto files, parsed from compact tables (core.ts, groups.ts).
 *
 * A line is `Message: field field …`, a field `number=name` (string) with `:int`, `:bool`, `:bytes`, `:double`, `:time`, `:quantity`,
 * `:intstr`, `:raw`, `:Message`; `[]` a list and `{}` a map of strings in place of `:`. `name*`: shown although it is zero (a pointer
 * in Go, or without omitempty). The name `^`: its fields are fields of the message around it; the name `=`: the message is that list.
 * A message of another package is written `package.Message`.
 */
import { coreTables } from "./core.ts";
import { groupTables } from "./groups.ts";

export interface MessageField {
  name: string;
  form: "one" | "list" | "map";
  /** A scalar's type, or the message's full name. */
  type: string;
  zero: boolean;
}

export type Message = Map<number, MessageField>;

const scalars = new Set(["string", "int", "bool", "bytes", "double", "time", "quantity", "intstr", "raw"]);
const messages = new Map<string, Message>();

for (const [home, table] of Object.entries({ ...coreTables, ...groupTables }))
  for (const line of table.trim().split("\n")) {
    const [name, words] = line.split(": ") as [string, string];
    const message: Message = new Map();
    for (const word of words.split(" ")) {
      const m = /^(\d+)=([\w^=]+)(\*?)(\[\]|\{\}|:|)([\w./]*)$/.exec(word);
      if (!m) throw new Error(`protobuf: ${home} ${name}: ${word}`);
      const type = m[5] === "" ? "string" : m[5]!;
      message.set(Number(m[1]), {
        name: m[2]!,
        form: m[4] === "[]" ? "list" : m[4] === "{}" ? "map" : "one",
        type: scalars.has(type) || type.includes(".") ? type : `${home}.${type}`,
        zero: m[3] === "*",
      });
    }
    messages.set(`${home}.${name}`, message);
  }

export const messageOf = (name: string): Message | undefined => messages.get(name);

/** The message behind a kind: options (DeleteOptions…) belong to every group. */
export function messageOfKind(apiVersion: string, kind: string): Message | undefined {
  const [group, version] = apiVersion.includes("/") ? (apiVersion.split("/") as [string, string]) : ["core", apiVersion];
  const home = group.split(".")[0]!;
  return messages.get(`${home}/${version}.${kind}`) ?? messages.get(`${home}.${kind}`) ?? messages.get(`meta.${kind}`);
}
