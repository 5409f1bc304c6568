/** kubectl set env (k8s.io/kubectl/pkg/cmd/set/set_env.go, env/env_resolve.go). Texts: recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import { Failure } from "../failure.ts";
import type { Flags } from "../flags.ts";
import type { Session } from "../session.ts";
import { assignments } from "./change.ts";
import type { DryRun } from "./manage.ts";
import { liveObjects, type Live } from "./objects.ts";
import { globs, podSpec, updateSpecs } from "./pod-spec.ts";

const list = (v: unknown): Obj[] => (v ?? []) as Obj[];

/** Variables that take their values from the keys of a config map or secret: `--from`. */
async function fromKeys(s: Session, flags: Flags, from: string): Promise<Obj[]> {
  const [type, name] = from.split("/");
  const kind = await s.kind(type!);
  const secret = kind.plural === "secrets";
  if (name === undefined || (!secret && kind.plural !== "configmaps")) throw new Failure("error: unsupported resource specified in --from");
  const source = await s.get(kind, name);
  const wanted = flags.list("keys");
  const made: Obj[] = [];
  for (const key of Object.keys((source.data ?? {}) as Obj).toSorted()) {
    if (wanted.length > 0 && !wanted.includes(key)) continue;
    const variable = key.replace(/[^a-zA-Z0-9_]/g, "_").toUpperCase();
    if (variable !== key) await s.warn(`key ${key} transferred to ${variable}`);
    made.push({
      name: `${flags.text("prefix") ?? ""}${variable}`,
      valueFrom: { [secret ? "secretKeyRef" : "configMapKeyRef"]: { key, name } },
    });
  }
  return made;
}

/** GetEnvVarRefString */
function origin(from: Obj): string {
  if (from.configMapKeyRef) return `configmap ${from.configMapKeyRef.name}, key ${from.configMapKeyRef.key}`;
  if (from.secretKeyRef) return `secret ${from.secretKeyRef.name}, key ${from.secretKeyRef.key}`;
  if (from.fieldRef) return `field path ${from.fieldRef.fieldPath}`;
  const of = from.resourceFieldRef as Obj | undefined;
  return of ? `resource field ${of.containerName ? `${of.containerName}/` : ""}${of.resource}` : "invalid valueFrom";
}

/** GetEnvVarRefValue */
async function resolved(s: Session, from: Obj, namespace: string): Promise<string> {
  const reference = (from.configMapKeyRef ?? from.secretKeyRef) as Obj | undefined;
  if (!reference) s.p.notSimulated("kubectl set env --resolve of fields");
  const secret = from.secretKeyRef !== undefined;
  const source = await s.get(await s.kind(secret ? "secrets" : "configmaps"), String(reference.name), namespace);
  const value = source.data?.[String(reference.key)] as string | undefined;
  if (value === undefined) throw new Failure(`key ${reference.key} not found in ${secret ? "secret" : "config map"} ${reference.name}`);
  return secret ? Buffer.from(value, "base64").toString() : value;
}

async function show(s: Session, env: Obj[], namespace: string): Promise<void> {
  const errors: string[] = [];
  for (const { name, value, valueFrom } of env) {
    if (!valueFrom) {
      await s.p.out(`${name}=${value ?? ""}\n`);
      continue;
    }
    if (s.flags.bool("resolve")) {
      try {
        await s.p.out(`${name}=${await resolved(s, valueFrom as Obj, namespace)}\n`);
        continue;
      } catch (error) {
        if (!(error instanceof Failure) || error.status === 125) throw error;
        errors.push(error.message);
      }
    }
    await s.p.out(`# ${name} from ${origin(valueFrom as Obj)}\n`);
  }
  for (const message of errors) await s.p.err(`error retrieving reference for ${message}\n`);
}

/** Changes the variables of the containers chosen, those of init containers last; with --list it shows what they would be. */
export async function setEnv(s: Session, flags: Flags, dry: DryRun): Promise<void> {
  const showing = flags.bool("list");
  if (showing && flags.text("output")) throw new Failure("error: --list and --output may not be specified together");
  const { resources, set, remove } = assignments([...flags.args, ...flags.list("env")]);
  const from = flags.text("from");
  const given: Obj[] = [
    ...Object.entries(set).map(([name, value]): Obj => ({ name, value })),
    ...(from ? await fromKeys(s, flags, from) : []),
  ];
  const pattern = flags.text("containers") ?? "*";
  const changed = (env: Obj[]): Obj[] => {
    const kept = env.filter((e) => !remove.includes(String(e.name))).map((e) => given.find((g) => g.name === e.name) ?? e);
    return [...kept, ...given.filter((g) => !kept.includes(g))];
  };
  const chosen = (spec: Obj): Obj[] =>
    [...list(spec.containers), ...list(spec.initContainers)].filter((c) => globs(pattern, String(c.name)));
  const objects: Live[] = [];
  for (const l of await liveObjects(s, resources, "set env")) {
    const spec = podSpec(l.object);
    if (spec && chosen(spec).length === 0)
      await s.p.err(
        `${s.minor < 24 ? "warning" : "Warning"}: ${l.kind.kind}/${l.name} does not have any containers matching ${JSON.stringify(pattern)}\n`,
      );
    else objects.push(l);
  }
  if (showing) {
    for (const l of objects)
      for (const c of chosen(podSpec(l.object) ?? {})) {
        await s.p.out(`# ${l.kind.kind} ${l.name}, container ${c.name}\n`);
        await show(s, changed(list(c.env)), l.namespace);
      }
    return;
  }
  const work = (spec: Obj): string[] => {
    for (const c of chosen(spec)) {
      const env = changed(list(c.env));
      if (env.length > 0) c.env = env;
      else delete c.env;
    }
    return [];
  };
  await updateSpecs(s, objects, { verb: "env updated", refused: "failed to patch env update to pod template:", work }, dry);
}
