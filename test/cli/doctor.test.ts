import { describe, expect, it } from "vitest";
import { runCli, useFolder } from "./support.ts";

describe("doctor", () => {
  it("shows every provider, with a repair for what is lacking, and is content with the simulator", async () => {
    const { status, stdout } = await runCli(["doctor"], { cwd: useFolder() });
    expect(status).toBe(0);
    for (const name of ["sim", "virtualbox", "libvirt", "lxc", "vmware_desktop", "parallels", "hyperv", "ssh"])
      expect(stdout).toMatch(new RegExp(`^${name} .*(yes|no)`, "m"));
    expect(stdout).toContain("on sim: can run here");
  });

  it("ends with 3 when the specification's provider cannot run here", async () => {
    const other = process.platform === "win32" ? "parallels" : "hyperv";
    const cwd = useFolder({ "kubemend.yaml": `provider: ${other}\n` });
    const { status, stdout } = await runCli(["doctor", "-o", "json"], { cwd });
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ provider: other, usable: false, findings: [{ code: "wrong-platform", severity: "error" }] });
    expect((await runCli(["doctor", "--provider", "sim"], { cwd })).status).toBe(0);
  });

  it("ends with 2 when the specification is wrong, and still shows the host", async () => {
    const { status, stdout } = await runCli(["doctor"], { cwd: useFolder({ "kubemend.yaml": "controlplanes: 2\n" }) });
    expect(status).toBe(2);
    expect(stdout).toMatch(/^sim /m);
    expect(stdout).toContain("kubemend.yaml:1:16: error");
  });
});
