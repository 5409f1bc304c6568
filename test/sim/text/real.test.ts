import { beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { useWorld } from "../support.ts";
import { cases, files } from "./cases.ts";
import { hostHas, inSimulator, onHost } from "./differential.ts";
import { edgeCases } from "./edge-cases.ts";

describe.runIf(hostHas("mawk", "find", "diff", "gzip"))("as the real tools on this host", () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = (await useWorld()).machine("node1");
  });

  for (const [program, lines] of [...Object.entries(cases), ...Object.entries(edgeCases)]) {
    describe(program, () => {
      test.each(lines)("%s", async (line) => {
        expect(await inSimulator(machine, line, files)).toEqual(onHost(line, files));
      });
    });
  }
});
