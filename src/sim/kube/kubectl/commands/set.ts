/** kubectl set (k8s.io/kubectl/pkg/cmd/set). */
import type { Obj } from "../../../core/json.ts";
import type { FlagTable } from "../../control/flags.ts";
import { parseQuantity, quantityRule } from "../../quantity.ts";
import { Failure } from "../failure.ts";
import { parseFlags, selectorFlags } from "../flags.ts";
import { noResources } from "../help/bare.ts";
import { Session } from "../session.ts";
import { assignments, patchLive } from "./change.ts";
import type { Command } from "./command.ts";
import { changeFlags, dryRunOf, report } from "./manage.ts";
import { eachObject, liveObjects } from "./objects.ts";
import { globs, updateSpecs } from "./pod-spec.ts";
import { changeCause, recordFlag } from "./record.ts";
import { setEnv } from "./set-env.ts";

/** Flags of the subcommands beside those of all. */
const own: Record<string, FlagTable> = {
  image: recordFlag,
  resources: { ...recordFlag, containers: "string", limits: "string", requests: "string" },
  selector: { ...recordFlag, "resource-version": "string" },
  serviceaccount: recordFlag,
  subject: { user: "list", group: "list", serviceaccount: "list" },
  env: { containers: "string", env: "words", from: "string", keys: "list", prefix: "string", list: "bool", resolve: "bool" },
};

/** `cpu=100m,memory=1Gi` (k8s.io/kubectl/pkg/generate/versioned, populateResourceListV1). */
function amounts(text: string | undefined): Obj | undefined {
  if (text === undefined || text === "") return undefined;
  const made: Obj = {};
  for (const part of text.split(",")) {
    const [name, amount, ...more] = part.split("=");
    if (amount === undefined || more.length > 0) throw new Failure(`error: Invalid argument syntax ${part}, expected <resource>=<value>`);
    if (parseQuantity(amount) === undefined) throw new Failure(`error: ${quantityRule}`);
    made[name!] = amount;
  }
  return made;
}

export const set: Command = async (p, argv) => {
  const at = argv.findIndex((a) => !a.startsWith("-"));
  const what = argv[at] === "sa" ? "serviceaccount" : (argv[at] ?? "");
  const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
  const flags = parseFlags(
    p,
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
      const objects = await liveObjects(s, resources, "set image");
      if (Object.keys(images).length === 0) throw new Failure("error: at least one image update is required");
      const work = (spec: Obj): string[] => {
        const all = [...((spec.initContainers ?? []) as Obj[]), ...((spec.containers ?? []) as Obj[])];
        return Object.entries(images).flatMap(([name, image]) => {
          const found = all.filter((c) => name === "*" || c.name === name);
          for (const c of found) c.image = image;
          return found.length > 0 ? [] : [`error: unable to find container named ${JSON.stringify(name)}`];
        });
      };
      await updateSpecs(s, objects, { verb: "image updated", refused: "failed to patch image update to pod template:", work }, dry);
      return 0;
    }
    case "env":
      await setEnv(s, flags, dry);
      return 0;
    case "resources": {
      const objects = await liveObjects(s, flags.args, "set resources");
      if (!flags.text("limits") && !flags.text("requests"))
        throw new Failure("error: you must specify an update to requests or limits (in the form of --requests/--limits)");
      const [limits, requests] = [amounts(flags.text("limits")), amounts(flags.text("requests"))];
      const work = (spec: Obj): string[] => {
        const chosen = ((spec.containers ?? []) as Obj[]).filter((c) => globs(containers, String(c.name)));
        for (const c of chosen)
          c.resources = {
            ...(c.resources as Obj | undefined),
            ...(limits ? { limits: { ...(c.resources?.limits as Obj | undefined), ...limits } } : {}),
            ...(requests ? { requests: { ...(c.resources?.requests as Obj | undefined), ...requests } } : {}),
          };
        return chosen.length > 0 ? [] : [`error: unable to find container named ${containers}`];
      };
      const refused = "failed to patch resources update to pod template";
      await updateSpecs(s, objects, { verb: "resource requirements updated", refused, work }, dry);
      return 0;
    }
    case "serviceaccount": {
      const account = flags.args.at(-1);
      if (!account) throw new Failure("error: serviceaccount is required");
      if (flags.args.length === 1 && flags.list("filename").length === 0) throw new Failure(noResources);
      const objects = await liveObjects(s, flags.args.slice(0, -1), "set serviceaccount");
      const work = (spec: Obj): string[] => {
        spec.serviceAccountName = account;
        return [];
      };
      await updateSpecs(s, objects, { verb: "serviceaccount updated", refused: "failed to patch ServiceAccountName", work }, dry);
      return 0;
    }
    case "selector": {
      const { resources, set: values } = assignments(flags.args);
      const annotations = await changeCause(s);
      await eachObject(s, resources, "set selector", async (l) => {
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
      });
      return 0;
    }
    case "subject":
      return p.notSimulated("kubectl set subject");
    default:
      throw new Failure(`error: unknown command ${JSON.stringify(what)}\nSee 'kubectl set -h' for help and examples`);
  }
};
