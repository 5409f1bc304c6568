/** What a boot of libvirt's machines that was cut off leaves behind. Only where KUBEMEND_E2E_LIBVIRT=1 asks for emulated machines. */
import { execa } from "execa";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { emulated, needsEmulated } from "./libvirt/machines.ts";
import { box } from "./lxc/machines.ts";
import { until, useScratch } from "./support.ts";

const there = needsEmulated();

const patience = 3_600_000;

const specification = `name: cut
provider: libvirt
libvirt: { driver: qemu }
workers: 0
network: { nodes: 192.168.68.0/24 }
machine: { box: ${box}, memory: 512, cpus: 1 }
`;

const virsh = async (...args: string[]): Promise<string> => (await execa("virsh", ["-q", "-c", "qemu:///system", ...args])).stdout;

describe.skipIf(!there)("emulated machines of libvirt", () => {
  const { cwd, kubemend } = useScratch("cut", { prefix: "kubemend libvirt " });
  beforeAll(() => Object.assign(process.env, emulated));

  const done = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await kubemend(args);
    expect(exitCode, `kubemend ${args.join(" ")}\n${String(stdout)}\n${String(stderr)}`).toBe(0);
    return String(stdout);
  };

  describe("whose boot is killed", () => {
    const left = async (): Promise<string[]> => {
      const seen = [
        await virsh("list", "--all", "--name"),
        await virsh("net-list", "--all", "--name"),
        await virsh("vol-list", "kubemend"),
      ];
      return seen.join("\n").match(/\bcut\S*/g) ?? [];
    };

    it(
      "are gone with `destroy`, disks and networks too",
      async () => {
        writeFileSync(join(cwd, "cut.yaml"), specification);
        const up = kubemend(["up", "-f", "cut.yaml"]);
        const pid = join(cwd, ".kubemend", "cut", "vagrant.pid");
        await until(async () => (await left()).some((line) => line.endsWith(".img")));
        const vagrant = Number(readFileSync(pid, "utf8"));
        up.kill("SIGKILL");
        process.kill(-vagrant, "SIGKILL");
        await up;
        expect(await left()).not.toEqual([]);
        await done("destroy", "--name", "cut");
        expect(await left()).toEqual([]);
      },
      patience,
    );
  });
});
