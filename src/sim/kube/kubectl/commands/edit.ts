/** kubectl edit: through the editor that KUBE_EDITOR or EDITOR names (vi by default). */
import { parseYaml } from "../../../core/yaml.ts";
import type { Obj } from "../../../core/json.ts";
import { builtinResources } from "../../apiserver/resources.ts";
import { diffMerge, equal } from "../../apiserver/patch/merge.ts";
import { strategicDiff } from "../../apiserver/patch/strategic.ts";
import { Failure, ServerRefusal } from "../failure.ts";
import { parseFlags, selectorFlags } from "../flags.ts";
import { clean } from "../output.ts";
import { Session } from "../session.ts";
import { schemaError } from "../validation.ts";
import { toYaml } from "../yaml-out.ts";
import type { Command } from "./command.ts";
import { changeFlags, report } from "./manage.ts";
import { liveObjects } from "./objects.ts";
import { recordFlag } from "./record.ts";

const header =
  "# Please edit the object below. Lines beginning with a '#' will be ignored,\n# and an empty file will abort the edit. If an error occurs while saving this file will be\n# reopened with the relevant failures.\n#\n";

export const edit: Command = async (p, argv) => {
  const flags = parseFlags(p, "edit", argv, {
    ...changeFlags,
    ...recordFlag,
    ...selectorFlags,
    "output-patch": "bool",
    subresource: "string",
    "windows-line-endings": "bool",
  });
  const s = new Session(p, flags);
  const editor = p.env.KUBE_EDITOR || p.env.EDITOR || "vi";
  for (const l of await liveObjects(s, flags.args, "edit")) {
    const shown = clean(l.object, flags.bool("show-managed-fields"));
    const random = p.machine.random("kubectl-edit");
    const file = `/tmp/kubectl-edit-${s.minor < 21 ? random.word(5) : random.int(1e8, 4e9)}.yaml`;
    let notes = "";
    let text = toYaml(shown);
    for (;;) {
      const before = `${header}${notes}${text}`;
      p.fs.write(file, before, { mode: 0o600 });
      const child = p.spawn({ argv: ["/bin/sh", "-c", `${editor} ${file}`] });
      const ended = await p.wait(child);
      if (ended.code !== 0) throw new Failure(`error: there was a problem with the editor ${JSON.stringify(editor)}`);
      const after = p.fs.readText(file);
      const body = after
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .join("\n");
      if (notes !== "" && body === text)
        throw new Failure(
          `A copy of your changes has been stored to ${JSON.stringify(file)}\nerror: Edit cancelled, no valid changes were saved.`,
        );
      if (after === before) {
        p.fs.unlink(file);
        await p.err("Edit cancelled, no changes made.\n");
        break;
      }
      if (body.trim() === "") {
        p.fs.unlink(file);
        await p.err("Edit cancelled, saved file was empty.\n");
        break;
      }
      let edited: Obj;
      try {
        edited = parseYaml(body) as Obj;
      } catch (error) {
        if (text === body && notes === "")
          throw new Failure(`A copy of your changes has been stored to ${JSON.stringify(file)}\nerror: edited file is not valid YAML`);
        notes = `# The edited file had a syntax error: error parsing edited-file: error converting YAML to JSON: yaml: ${(error as Error).message}\n#\n`;
        text = body;
        continue;
      }
      if (equal(edited, JSON.parse(JSON.stringify(shown)))) {
        p.fs.unlink(file);
        await p.err("Edit cancelled, no changes made.\n");
        break;
      }
      const type = builtinResources.find((r) => r.group === l.kind.group && r.kind === l.kind.kind)?.type;
      const patch = type ? strategicDiff(shown, edited, type) : diffMerge(shown, edited);
      const wrong = s.minor < 25 && s.flags.text("validate") !== "false" ? schemaError(l.kind, edited) : undefined;
      try {
        if (wrong !== undefined)
          throw new ServerRefusal(422, {
            reason: "Invalid",
            message: `<nil>: Invalid value: "The edited file failed validation": ${wrong}`,
          });
        const body2 = await s.request("PATCH", s.path(l.kind, l.namespace, l.name, flags.text("subresource") ?? ""), patch, {
          contentType: type ? "application/strategic-merge-patch+json" : "application/merge-patch+json",
          query: { fieldManager: flags.text("field-manager") ?? "kubectl-edit", ...(s.minor >= 25 ? { fieldValidation: "Strict" } : {}) },
        });
        p.fs.unlink(file);
        await report(s, l.kind, body2, "edited");
        break;
      } catch (error) {
        if (!(error instanceof ServerRefusal)) throw error;
        notes = `${error.message
          .split("\n")
          .map((line) => `# ${line}`)
          .join("\n")}\n#\n`;
        text = body;
        await p.err(`error: ${l.kind.plural}${l.kind.group === "" ? "" : `.${l.kind.group}`} ${JSON.stringify(l.name)} is invalid\n`);
      }
    }
  }
  return 0;
};
