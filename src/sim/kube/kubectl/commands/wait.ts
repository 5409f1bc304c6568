/** kubectl wait: k8s.io/kubectl/pkg/cmd/wait. */
import type { Obj } from "../../../core/json.ts";
import { jsonPath, JsonPathError } from "../../jsonpath.ts";
import { Failure, Failures, ServerRefusal } from "../failure.ts";
import { parseFlags, fileFlags, outputFlags, selectorFlags } from "../flags.ts";
import { objectName, Session, type Kind } from "../session.ts";
import { kindOfDocument, namespaceOf, noName, readFiles, targetsOf } from "../targets.ts";
import type { Command } from "./command.ts";
import { durationMs } from "./manage.ts";

interface Item {
  kind: Kind;
  namespace: string;
  name: string;
  uid?: string;
}

export const wait: Command = async (p, argv) => {
  const flags = parseFlags(p, "wait", argv, {
    ...outputFlags,
    ...fileFlags,
    ...selectorFlags,
    for: "string",
    timeout: "string",
    local: "bool",
  });
  const s = new Session(p, flags);
  const goal = flags.text("for");
  if (!goal) throw new Failure(`error: unrecognized condition: ""`);
  if (flags.bool("local")) p.notSimulated("kubectl wait --local");
  const text = flags.text("timeout") ?? "30s";
  const limit = text.startsWith("-") ? 7 * 86_400_000 : durationMs(text);
  const done = goalOf(goal, s.minor);
  const end = p.now + limit;
  const failures = new Failures();
  const collect = async (): Promise<Item[]> => {
    const out: Item[] = [];
    const files = flags.list("filename");
    if (files.length > 0) {
      for (const d of await readFiles(s, files, flags.bool("recursive")))
        await failures.during(async () => {
          const kind = await kindOfDocument(s, d);
          out.push({ kind, namespace: namespaceOf(s, d, kind), name: String(d.object.metadata?.name) });
        });
      return out;
    }
    for (const t of await targetsOf(s, flags.args, "wait")) {
      const namespace = t.kind.namespaced && !flags.bool("all-namespaces") ? s.namespace : "";
      if (t.name !== "") {
        out.push({ kind: t.kind, namespace, name: t.name });
        continue;
      }
      if (!flags.bool("all") && flags.text("selector") === undefined && flags.text("field-selector") === undefined) throw noName(s);
      const list = await s.request("GET", s.path(t.kind, namespace), undefined, {
        query: {
          ...(flags.text("selector") ? { labelSelector: flags.text("selector")! } : {}),
          ...(flags.text("field-selector") ? { fieldSelector: flags.text("field-selector")! } : {}),
        },
      });
      for (const o of list.items as Obj[])
        out.push({
          kind: t.kind,
          namespace: String(o.metadata.namespace ?? ""),
          name: String(o.metadata.name),
          uid: String(o.metadata.uid),
        });
    }
    return out;
  };
  const items = await collect();
  // the builder passes over what is gone before it is waited for (cmd/wait/wait.go)
  let gone = 0;
  for (const item of items) await failures.during(() => waitFor(item));
  failures.end();
  if (gone === items.length && done.kind !== "create" && (done.kind !== "delete" || s.minor <= 20))
    throw new Failure("error: no matching resources found");
  return 0;

  async function waitFor(item: Item): Promise<void> {
    const shown = objectName(item.kind, item.name);
    for (let first = true; ; first = false) {
      let object: Obj | undefined;
      try {
        object = await s.request("GET", s.path(item.kind, item.namespace, item.name));
      } catch (error) {
        if (!(error instanceof ServerRefusal) || error.code !== 404 || done.kind === "test") throw error;
      }
      if (first && !object && done.kind === "delete") {
        gone++;
        return;
      }
      if (done.kind === "delete" ? !object || (item.uid !== undefined && object.metadata.uid !== item.uid) : object && isDone(object)) {
        await p.out(`${shown} condition met\n`);
        return;
      }
      if (done.kind === "delete") item.uid ??= String(object!.metadata.uid);
      if (p.now >= end) throw new Failure(`error: timed out waiting for the condition on ${item.kind.plural}/${item.name}`);
      await p.sleep(Math.min(500, Math.max(1, end - p.now)));
    }
  }

  function isDone(object: Obj): boolean {
    return done.kind === "create" || (done.kind === "test" && done.test(object));
  }
};

function goalOf(text: string, minor: number): { kind: "delete" } | { kind: "create" } | { kind: "test"; test(o: Obj): boolean } {
  if (text.toLowerCase() === "delete") return { kind: "delete" };
  if (text.toLowerCase() === "create") return { kind: "create" };
  if (text.startsWith("condition=")) {
    const [name, value = "true"] = text.slice("condition=".length).split("=");
    return {
      kind: "test",
      test: (o) =>
        ((o.status?.conditions ?? []) as Obj[]).some(
          (c) =>
            String(c.type).toLowerCase() === name!.toLowerCase() &&
            String(c.status).toLowerCase() === value.toLowerCase() &&
            !(c.observedGeneration !== undefined && Number(c.observedGeneration) < Number(o.metadata.generation ?? 0)),
        ) && !(o.status?.observedGeneration !== undefined && Number(o.status.observedGeneration) < Number(o.metadata.generation ?? 0)),
    };
  }
  if (text.startsWith("jsonpath=") && minor >= 23) {
    const m = /^jsonpath=(['"]?)(\{?[^=]*?\}?)\1(?:=(.*))?$/s.exec(text) ?? /^jsonpath=(['"]?)(\{.*\})\1(?:=(.*))?$/s.exec(text);
    const whole = /^jsonpath=(['"]?)(\{.*\})\1(?:=(.*))?$/s.exec(text) ?? m;
    if (!whole)
      throw new Failure(
        `error: jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`,
      );
    const [, , path, value] = whole;
    if (!/^\{\.?[^{}]+\}$|^\.?[^{}]+$/.test(path!))
      throw new Failure("error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'");
    const wanted = value?.replace(/^(['"])(.*)\1$/s, "$2");
    return {
      kind: "test",
      test: (o) => {
        try {
          const values = jsonPath(path!, o).filter((v) => v !== undefined && v !== null);
          if (values.length === 0) return false;
          return wanted === undefined || values.every((v) => String(v as string) === wanted);
        } catch (error) {
          if (error instanceof JsonPathError) return false;
          throw error;
        }
      },
    };
  }
  throw new Failure(`error: unrecognized condition: ${JSON.stringify(text)}`);
}
