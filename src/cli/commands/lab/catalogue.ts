/** `lab list`, `lab show`. */
import type { Command } from "commander";
import { brief } from "../../../lab/engine.ts";
import { table } from "../../../report/table.ts";
import type { Context } from "../../context.ts";
import { outputOption } from "../../main.ts";
import { find, labs, labsOption, rendered, type LabOptions } from "./shared.ts";

export function catalogue(group: Command, context: Context): void {
  group
    .command("list")
    .description("the catalogue")
    .addOption(labsOption())
    .addOption(outputOption())
    .action(async (options: LabOptions) => {
      const all = await labs(context, options);
      if (options.output === "json") {
        for (const { id, title, summary, level, minutes, curriculum, variants } of all)
          context.printJson({
            type: "lab",
            id,
            title,
            summary,
            level,
            minutes,
            curriculum,
            variants: variants.map((v) => ({ id: v.id, title: v.title })),
          });
        return;
      }
      context.print(
        table(
          ["LAB", "LEVEL", "TIME", "EXAM", "TITLE"],
          all.map((l) => [
            l.id,
            l.level,
            `${l.minutes} min`,
            [...new Set(l.curriculum.map((c) => `${c.exam} ${c.domain}`))].join("; "),
            l.title,
          ]),
        ),
      );
    });

  group
    .command("show")
    .argument("<id>")
    .description("one lab: what it is about, what it needs, its variants")
    .addOption(labsOption())
    .addOption(outputOption())
    .action(async (id: string, options: LabOptions) => {
      const found = await find(context, options, id);
      const { title, summary, level, minutes, curriculum, variants, hints, cluster } = found;
      if (options.output === "json")
        return context.printJson({
          type: "lab",
          id,
          title,
          summary,
          level,
          minutes,
          curriculum,
          cluster,
          hints: hints.length,
          variants: variants.map((v) => ({ id: v.id, title: v.title })),
        });
      context.print(`${title} (${id})\n${level}, ${minutes} min, ${hints.length} hints\n${summary}\n`);
      for (const c of curriculum) context.print(`${c.exam}: ${c.domain}: ${c.competency}`);
      for (const v of variants) context.print(`variant ${v.id}: ${v.title}`);
      context.print(`\n${rendered(context, await brief(found))}`);
    });
}
