/** kubectl set (k8s.io/kubectl/pkg/cmd/set). */
import type { Obj } from "../../../core/json.ts";
import type { FlagTable } from "../../control/flags.ts";
import { Failure } from "../failure.ts";
import { parseFlags, selectorFlags } from "../flags.ts";
import { Session } from "../session.ts";
import { assignments, patchLive } from "./change.ts";
import type { Command } from "./command.ts";
import { changeFlags, dryRunOf, report } from "./manage.ts";
import { liveObjects } from "./objects.ts";
import { globs, updateSpec } from "./pod-spec.ts";
import { changeCause, recordFlag } from "./record.ts";
import { setEnv } from "./set-env.ts";

/** Flags of the subcommands beside those of all. */
const own: Record<string, FlagTable> = {
  image: recordFlag,
  resources: { ...recordFlag, containers: "string", limits: "string", requests: "string" },
  selector: { ...recordFlag, "resource-version": "string" },
  serviceaccount: recordFlag,
  sa: recordFlag,
  subject: { user: "list", group: "list", serviceaccount: "list" },
  env: { containers: "string", env: "words", from: "string", keys: "list", prefix: "string", list: "bool", resolve: "bool" },
};

export const set: Command = async (p, argv) => {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  const what = argv[at] ?? "";
  const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
  const flags = parseFlags(
    `set ${what}`,
    rest,
    { ...changeFlags, ...selectorFlags, local: "bool", ...own[what] },
    { c: "containers", e: "env" },
  );
  const s = new Session(p, flags);
  if (flags.bool("local")) p.notSimulated("kubectl set --local");
  const dry = await dryRunOf(s);
  const containers = flags.text("containers") ?? "*";
  switch (what) {
    case "image": {
      const { resources, set: images } = assignments(flags.args);
      if (Object.keys(images).length === 0) throw new Failure("error: at least one image update is required");
      for (const l of await liveObjects(s, resources, "set image")) {
        await updateSpec(s, l, "image updated", "kubectl-set", dry, (spec) => {
          const all = [...((spec.initContainers ?? []) as Obj[]), ...((spec.containers ?? []) as Obj[])];
          for (const [name, image] of Object.entries(images)) {
            const found = all.filter((c) => name === "*" || c.name === name);
            if (found.length === 0) throw new Failure(`error: unable to find container named ${JSON.stringify(name)}`);
            for (const c of found) c.image = image;
          }
        });
      }
      return 0;
    }
    case "env":
      await setEnv(s, flags, dry);
      return 0;
    case "resources": {
      const parse = (text: string | undefined): Obj | undefined =>
        text === undefined || text === "" ? undefined : Object.fromEntries(text.split(",").map((e) => e.split("=") as [string, string]));
      const [limits, requests] = [parse(flags.text("limits")), parse(flags.text("requests"))];
      if (!limits && !requests)
        throw new Failure("error: you must specify an update to requests or limits (in the form of --requests/--limits)");
      for (const l of await liveObjects(s, flags.args, "set resources"))
        await updateSpec(s, l, "resource requirements updated", "kubectl-set", dry, (spec) => {
          for (const c of (spec.containers ?? []) as Obj[]) {
            if (!globs(containers, String(c.name))) continue;
            c.resources = {
              ...(c.resources as Obj | undefined),
              ...(limits ? { limits: { ...(c.resources?.limits as Obj | undefined), ...limits } } : {}),
              ...(requests ? { requests: { ...(c.resources?.requests as Obj | undefined), ...requests } } : {}),
            };
          }
        });
      return 0;
    }
    case "serviceaccount":
    case "sa": {
      const account = flags.args.at(-1);
      if (flags.args.length < 2 || !account) throw new Failure("error: serviceaccount is required");
      for (const l of await liveObjects(s, flags.args.slice(0, -1), "set serviceaccount"))
        await updateSpec(s, l, "serviceaccount updated", "kubectl-set", dry, (spec) => (spec.serviceAccountName = account));
      return 0;
    }
    case "selector": {
      const { resources, set: values } = assignments(flags.args);
      const annotations = await changeCause(s);
      for (const l of await liveObjects(s, resources, "set selector")) {
        const body = await patchLive(
          s,
          l,
          {
            ...(annotations ? { metadata: { annotations } } : {}),
            spec: {
              selector: { ...Object.fromEntries(Object.keys((l.object.spec?.selector ?? {}) as Obj).map((k) => [k, null])), ...values },
            },
          },
          "kubectl-set",
          dry,
        );
        await report(s, l.kind, body, "selector updated", dry);
      }
      return 0;
    }
    case "subject":
      return p.notSimulated("kubectl set subject");
    default:
      throw new Failure(`error: unknown command ${JSON.stringify(what)}\nSee 'kubectl set -h' for help and examples`);
  }
};
