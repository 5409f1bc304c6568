/** No space left: what cannot be written is said with what to do, and what gives space back needs none. */
import { execa, execaSync } from "execa";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlan } from "../../src/cluster/plan.ts";
import { readSpecification } from "../../src/cluster/specification.ts";
import { needs } from "../needs.ts";
import { bin, useScratch } from "./support.ts";

const { cwd, kubemend } = useScratch("full");
const home = join(cwd, "small");
const env = { KUBEMEND_HOME: home };

describe.runIf(needs("the right to mount a small file system", ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]))(
  "a full state folder",
  () => {
    beforeAll(() => {
      mkdirSync(home);
      execaSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", home]);
      mkdirSync(join(home, "full"));
      const { specification } = readSpecification("", "", "full");
      const { plan } = makePlan(specification!);
      writeFileSync(
        join(home, "full", "cluster.json"),
        JSON.stringify({ format: 1, plan, token: "aaaaaa.bbbbbbbbbbbbbbbb", ready: false }),
      );
      expect(() => writeFileSync(join(home, "filler"), Buffer.alloc(1 << 20))).toThrow("ENOSPC");
    });
    afterAll(() => void execaSync("umount", [home]));

    it.each([[["up", "--name", "full"]], [["halt"]], [["snapshot", "save", "a"]]])(
      "%s says so, and where state can go instead",
      async (args) => {
        const { exitCode, stderr } = await kubemend(args, { env });
        expect(exitCode).toBe(3);
        expect(String(stderr)).toContain("ENOSPC");
        expect(String(stderr)).toContain("KUBEMEND_HOME");
      },
    );

    it("can still be looked at, and the cluster be removed", async () => {
      expect((await kubemend(["status"], { env })).exitCode).toBe(0);
      const { exitCode, stderr } = await kubemend(["destroy"], { env });
      expect(exitCode, String(stderr)).toBe(0);
      expect(existsSync(join(home, "full"))).toBe(false);
    });
  },
);

describe.runIf(existsSync("/dev/full"))("an output that is full", () => {
  it.each(["plan", "plan --output json", "render", "lab list", "completion bash"])("is said, and is no success: %s", async (command) => {
    const { exitCode, stderr } = await execa("sh", ["-c", '"$@" >/dev/full', "sh", process.execPath, bin, ...command.split(" ")], {
      cwd,
      reject: false,
      stdin: "ignore",
    });
    expect(exitCode).toBe(3);
    expect(stderr).toContain("cannot write the output: ENOSPC");
  });
});
