/** The completion script, sourced in a real bash. */
import { execa } from "execa";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { needs } from "../needs.ts";
import { runCli, useFolder } from "./support.ts";

let script = "";
beforeAll(async () => {
  script = (await runCli(["completion", "bash"], { cwd: "/" })).stdout;
});

/** What bash offers for the words typed so far; the last one is being written. */
async function offered(words: string[], cwd = "/"): Promise<string[]> {
  const program = `set -u
${script}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_kubemend
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await execa("bash", ["-c", program, "bash", ...words], { cwd });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

describe.runIf(needs("bash", ["bash", "--version"]))("completion in bash", () => {
  it("offers commands, and those of a group", async () => {
    expect(await offered(["kubemend", ""])).toEqual(expect.arrayContaining(["up", "doctor", "lab", "snapshot"]));
    expect(await offered(["kubemend", "do"])).toEqual(["doctor"]);
    expect(await offered(["kubemend", "lab", "ve"])).toEqual(["verify"]);
    expect(await offered(["kubemend", "snapshot", ""])).toEqual(["save", "restore", "delete", "list"]);
  });

  it("offers options where one is being written, or nothing else may stand", async () => {
    expect(await offered(["kubemend", "up", "--pro"])).toEqual(["--provider"]);
    expect(await offered(["kubemend", "status", ""])).toEqual(["--name", "--output", "--help"]);
    expect(await offered(["kubemend", "lab", "start", "--var"])).toEqual(["--variant"]);
  });

  it("offers the values that an option takes, also as bash takes --option=value apart", async () => {
    expect(await offered(["kubemend", "up", "--provider", "v"])).toEqual(["virtualbox", "vmware_desktop"]);
    expect(await offered(["kubemend", "up", "-p", "s"])).toEqual(["sim", "ssh"]);
    expect(await offered(["kubemend", "up", "--provider", "=", "li"])).toEqual(["libvirt"]);
    expect(await offered(["kubemend", "exec", "--role", ""])).toEqual(["controlplane", "worker", "loadbalancer"]);
    expect(await offered(["kubemend", "completion", ""])).toEqual(["bash", "zsh", "fish"]);
    // files, which bash itself offers
    expect(await offered(["kubemend", "plan", "--file", ""])).toEqual([]);
  });

  it("offers labs, and the machines of the clusters in this folder", async () => {
    expect(await offered(["kubemend", "lab", "start", "bgp"])).toEqual(["bgp-port-blocked"]);
    const cwd = useFolder();
    expect(await offered(["kubemend", "ssh", "w"], cwd)).toEqual([]);
    mkdirSync(join(cwd, ".kubemend", "lab"), { recursive: true });
    writeFileSync(join(cwd, ".kubemend", "lab", "ssh_config"), "Host controlplane\n  Port 1\nHost worker1\n  Port 2\n");
    expect(await offered(["kubemend", "ssh", ""], cwd)).toEqual(["controlplane", "worker1"]);
    expect(await offered(["kubemend", "ssh", "worker1", "--", "l"], cwd)).toEqual([]);
  });
});
