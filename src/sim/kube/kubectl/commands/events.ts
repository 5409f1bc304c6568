/** kubectl events. */
import type { Obj } from "../../../core/json.ts";
import { tabulate } from "../columns.ts";
import { interval, lastSeen } from "../describe/events.ts";
import { parseFlags } from "../flags.ts";
import { formatted } from "../output.ts";
import { Session } from "../session.ts";
import type { Command } from "./command.ts";

export const events: Command = async (p, argv) => {
  const flags = parseFlags(
    p,
    "events",
    argv,
    {
      "all-namespaces": "bool",
      for: "string",
      types: "list",
      watch: "bool",
      "no-headers": "bool",
      output: "string",
      "show-managed-fields": "bool",
      template: "string",
      "allow-missing-template-keys": "bool",
    },
    { A: "all-namespaces", w: "watch", o: "output" },
  );
  const s = new Session(p, flags);
  if (flags.bool("watch")) p.notSimulated("kubectl events --watch (kubectl get events --watch works)");
  const everywhere = flags.bool("all-namespaces");
  const kind = await s.kind("events");
  const list = await s.request("GET", s.path(kind, everywhere ? "" : s.namespace));
  let items = list.items as Obj[];
  const target = flags.text("for");
  if (target) {
    const [type, name] = target.split("/");
    const k = await s.kind(type!);
    items = items.filter((e) => e.involvedObject?.kind === k.kind && e.involvedObject?.name === name);
  }
  const types = flags.list("types").map((t) => t.toLowerCase());
  if (types.length > 0) items = items.filter((e) => types.includes(String(e.type).toLowerCase()));
  items = items.toSorted((a, b) => (lastSeen(a) < lastSeen(b) ? -1 : 1));
  const output = flags.text("output");
  if (output) {
    await p.out(formatted(s, output, { apiVersion: "v1", items, kind: "List", metadata: {} }, (o) => `event/${o.metadata.name}`) ?? "");
    return 0;
  }
  if (items.length === 0) {
    await p.err(everywhere ? "No events found.\n" : `No events found in ${s.namespace} namespace.\n`);
    return 0;
  }
  await p.out(
    tabulate([
      ...(flags.bool("no-headers") ? [] : [[...(everywhere ? ["NAMESPACE"] : []), "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]]),
      ...items.map((e) => [
        ...(everywhere ? [String(e.metadata.namespace)] : []),
        interval(e, p.now),
        String(e.type),
        String(e.reason),
        `${e.involvedObject?.kind}/${e.involvedObject?.name}`,
        String(e.message ?? "").trim(),
      ]),
    ]),
  );
  return 0;
};
