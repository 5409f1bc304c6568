import { Option, type Command } from "commander";
import { SimProvider } from "../../provider/sim/provider.ts";
import { usageError } from "../../error.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { outputOption } from "../main.ts";
import { clusterOption } from "../options.ts";

export function settle(program: Command, context: Context): void {
  program
    .command("settle")
    .description("simulator: run virtual time ahead until nothing changes, or for a given time")
    .addOption(new Option("--for <duration>", "run exactly this far, such as 30s, 2m, 1h").argParser(duration))
    .addOption(clusterOption())
    .addOption(outputOption())
    .addHelpText("after", "\nExample:\n  kubemend settle --for 4m")
    .action((options: GlobalOptions & { for?: number }) =>
      context.withCluster(options, async (cluster) => {
        if (!(cluster.provider instanceof SimProvider))
          throw usageError("not-simulated", `time on ${cluster.provider.name} machines is real`, {
            hint: "Only the simulator can run time ahead.",
          });
        const result = await cluster.provider.call<{ advanced: number; settled: boolean }>(
          "settle",
          options.for === undefined ? {} : { ms: options.for },
        );
        if (options.output === "json") context.printJson({ type: "settled", ...result });
        else
          context.print(`${Math.round(result.advanced / 1000)} s of virtual time passed${result.settled ? "" : "; things still change"}.`);
        if (!result.settled) context.status = 1;
      }),
    );
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `2m30s` → milliseconds. Throws `bad-duration`. */
function duration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join("") !== text)
    throw usageError("bad-duration", `"${text}" is not a duration`, { hint: "Write a number and a unit: 30s, 2m, 1h30m." });
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * units[unit!]!, 0);
}
