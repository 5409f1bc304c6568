/** What has no effect here is refused or counted, never silently accepted. */
import { beforeAll, describe, expect, it } from "vitest";
import type { World } from "../../../src/sim/world.ts";
import { run, useWorld } from "../support.ts";

let world: World;
beforeAll(async () => {
  world = await useWorld();
});
const sh = (line: string) => run(world.machines.get("node1")!, line);

describe("asked for explicitly", () => {
  it.each([
    "ulimit -n 65536",
    "complete -o default -F __start_kubectl k",
    "compopt -o nospace",
    "set -o vi",
    "shopt -s autocd",
    "nice -n 19 true",
    "apt-get install --no-remove -y curl",
    "patch --force </dev/null",
  ])("%s", async (line) => {
    const { status, stderr } = await sh(line);
    expect(stderr).toMatch(/kubemend: not simulated: /);
    expect(status).toBe(125);
  });

  it("setting what is already so succeeds", async () => {
    expect(await sh("ulimit -n 1024; shopt -u autocd; set +o vi; nice -n 0 echo done")).toEqual({
      stdout: "done\n",
      stderr: "",
      status: 0,
    });
  });

  it("word lists for completion are kept and shown", async () => {
    expect((await sh("complete -W 'one two' job; complete -p; complete -r job; complete -p job")).stdout).toBe(
      "complete -W 'one two' job\n",
    );
  });
});

describe("settings of units", () => {
  it("knows every key of the units that Ubuntu ships", async () => {
    expect((await sh("journalctl -b -o cat | grep -E 'Unknown key|not simulated'")).stdout).toBe("");
  });

  it("says in the journal what a unit somebody wrote asks for in vain, and which keys systemd does not know", async () => {
    const unit = "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/sleep inf\nMemoryMax=64M\nProtectSystem=strict\nRestrat=always\n";
    await sh(`printf '${unit}' > /etc/systemd/system/x.service; systemctl daemon-reload; systemctl start x`);
    const { stdout } = await sh("journalctl -o cat -u x");
    expect(stdout).toContain("kubemend: not simulated: MemoryMax=");
    expect(stdout).toContain("kubemend: not simulated: ProtectSystem=");
    expect(stdout).toContain("/etc/systemd/system/x.service:7: Unknown key 'Restrat' in section [Service], ignoring.");
    expect(Object.keys(world.state.gaps)).toContain("MemoryMax= of units\tsystemd");
  });

  it("runs a service in its Group=", async () => {
    await sh(
      "printf '[Service]\\nType=oneshot\\nUser=vagrant\\nGroup=adm\\nExecStart=/bin/sh -c \"id -gn > /tmp/group\"\\n' > /etc/systemd/system/g.service; chmod 1777 /tmp; systemctl start g",
    );
    expect((await sh("cat /tmp/group")).stdout).toBe("adm\n");
  });
});
