import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, useFolder } from "./support.ts";

it("is a program that can be run once it is built again: npm makes it one only when it links the package", () => {
  expect(statSync(new URL("../../dist/cli/bin.js", import.meta.url)).mode & 0o111).toBe(0o111);
});

describe("help", () => {
  it("has an example on every command", async () => {
    const cwd = useFolder();
    const top = await runCli(["--help"], { cwd });
    expect(top.status).toBe(0);
    const names = [...top.stdout.matchAll(/^ {2}([a-z]+)[ |]/gm)]
      .map((m) => m[1]!)
      .filter((name) => name !== "help" && name !== "kubemend");
    expect(names).toEqual(
      expect.arrayContaining([
        "up",
        "status",
        "ssh",
        "exec",
        "cp",
        "kubeconfig",
        "env",
        "halt",
        "destroy",
        "snapshot",
        "plan",
        "doctor",
        "render",
        "lab",
        "trace",
        "settle",
        "completion",
      ]),
    );
    for (const name of names) expect((await runCli([name, "--help"], { cwd })).stdout, name).toMatch(/Examples?:\n/);
  });

  it("answers wrong usage with status 2 and the right word", async () => {
    const cwd = useFolder();
    const result = await runCli(["statsu"], { cwd });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("Did you mean status?");
    expect((await runCli(["up", "--provider", "virtualbx"], { cwd })).status).toBe(2);
  });

  it.each(["bash", "zsh", "fish"])("prints a completion script for %s that knows the commands", async (shell) => {
    const { status, stdout } = await runCli(["completion", shell], { cwd: useFolder() });
    expect(status).toBe(0);
    for (const word of ["settle", "verify", "kubeconfig"]) expect(stdout).toContain(word);
  });
});

/** Grows ninefold with each line. */
const bomb = ["cni: &a [x]", "network: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]", "name: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]"].join("\n");

describe("a wrong specification", () => {
  it("is refused with every problem, its place and a way out, before anything is made", async () => {
    const cwd = useFolder({ "kubemend.yaml": "workerz: 2\nnetwork:\n  nodes: 192.168.56.0/33\n" });
    const result = await runCli(["up"], { cwd });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("kubemend.yaml:1:1: error: workerz");
    expect(result.stderr).toContain('Did you mean "workers"');
    const again = await runCli(["plan"], {
      cwd: useFolder({ "kubemend.yaml": "controlplanes: 2\nnetwork:\n  nodes: 192.168.56.0/33\n  pods: 10.96.3.0/24\n" }),
    });
    expect(again.status).toBe(2);
    for (const place of ["kubemend.yaml:1:16", "kubemend.yaml:3:10", "kubemend.yaml:4:9"]) expect(again.stderr).toContain(place);
  });

  it("tells problems of form and problems of the plan at once, and none that only follows from the former", async () => {
    const cwd = useFolder({
      "kubemend.yaml":
        "workers: 300\ncontrolplanes: 2\ncni: { blockSize: 8 }\nnetwork: { services: 10.244.0.0/12 }\nmachines: { worker9: {} }\n",
    });
    const { status, stdout } = await runCli(["plan", "--output", "json"], { cwd });
    expect(status).toBe(2);
    const { plan, findings } = JSON.parse(stdout) as { plan: unknown; findings: { field: string }[] };
    expect(plan).toBeNull();
    // whether there is a worker9 nobody knows before `workers` is right
    expect(findings.map(({ field }) => field)).toEqual(["workers", "cni.blockSize", "network.services", "controlplanes"]);
  });

  it("is the same as JSON", async () => {
    const cwd = useFolder({ "kubemend.yaml": "controlplanes: 2\n" });
    const { status, stdout } = await runCli(["plan", "--output", "json"], { cwd });
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      plan: null,
      findings: [{ code: "even-controlplanes", field: "controlplanes", value: "2", at: { line: 1, column: 16 } }],
    });
  });

  it.each([
    ["an alias inside of what it stands for", "machine: &m { cpus: 2, memory: *m }\n", "1:32: error: an alias is inside"],
    ["aliases that would fill the memory", bomb, "2:14: error: its aliases multiply"],
    ["an alias of nothing", "name: *nope\n", "1:7: error: Unresolved alias"],
    ["a second document", "workers: 1\n---\nworkers: 2\n", "2:1: error: there is a second document"],
    ["lists in lists", "[".repeat(20_000), "error: it is nested too deeply"],
    ["what would move the cursor", '"\\e[2J": 1\n', 'unknown key "�[2J"'],
    ["a machine and its address", "machines: { workr1: { ip: 300.1.1.1 } }\n", '"300.1.1.1" is not an IPv4 address'],
    ["a mistyped machine", "machines: { workr1: {} }\n", 'Did you mean "worker1"?'],
    ["a range whose mended form would be too large", "network: { services: 10.96.0.0/3 }\n", "Use 10.96.0.0/12."],
    ["a name", "name: Bad_Name!\n", "For example: bad-name."],
  ])("with %s says so", async (_, text, expected) => {
    const { status, stderr } = await runCli(["plan"], { cwd: useFolder({ "kubemend.yaml": text }) });
    expect(status).toBe(2);
    expect(stderr).toContain(expected);
    expect(stderr.length).toBeLessThan(2000);
  });

  it("that is not there is named", async () => {
    const result = await runCli(["plan", "-f", "nowhere.yaml"], { cwd: useFolder() });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("cannot read nowhere.yaml");
  });
});

describe("without a cluster", () => {
  it.each([["status"], ["ssh"], ["exec", "--", "true"], ["halt"], ["kubeconfig"], ["lab", "check"], ["settle"]])(
    "%s says how to make one",
    async (...argv) => {
      const result = await runCli(argv, { cwd: useFolder() });
      expect(result.status).toBe(3);
      expect(result.stderr).toContain("kubemend up");
    },
  );

  it.each(["..", "../keep", "", "A B", "x/y", "-x", "a".repeat(64)])("none is made, used or removed under the name %j", async (name) => {
    const cwd = useFolder();
    mkdirSync(join(cwd, "keep"));
    mkdirSync(join(cwd, ".kubemend"));
    for (const command of ["up", "destroy", "status", "plan", "halt"]) {
      const { status, stderr } = await runCli([command, `--name=${name}`], { cwd });
      expect([command, status]).toEqual([command, 2]);
      expect(stderr).toContain("DNS label");
    }
    expect(readdirSync(cwd).sort()).toEqual([".kubemend", "keep"]);
    expect(readdirSync(join(cwd, ".kubemend"))).toEqual([]);
  });

  it("a folder that is not a cluster's is not removed", async () => {
    const cwd = useFolder();
    mkdirSync(join(cwd, "docs"));
    writeFileSync(join(cwd, "docs", "thesis"), "");
    const { status, stderr } = await runCli(["destroy", "--name", "docs"], { cwd, env: { KUBEMEND_HOME: cwd } });
    expect(status).toBe(3);
    expect(stderr).toContain('there is no cluster "docs"');
    expect(existsSync(join(cwd, "docs", "thesis"))).toBe(true);
    mkdirSync(join(cwd, "half", "sim"), { recursive: true });
    expect((await runCli(["destroy", "--name", "half"], { cwd, env: { KUBEMEND_HOME: cwd } })).status).toBe(0);
    expect(existsSync(join(cwd, "half"))).toBe(false);
  });

  it("none is made where a line break in the path would end a line of ssh_config", async () => {
    const { status, stderr } = await runCli(["up"], { cwd: useFolder(), env: { KUBEMEND_HOME: "new\nline" } });
    expect(status).toBe(3);
    expect(stderr).toContain("line break");
  });

  it("destroy has nothing to do", async () => {
    expect((await runCli(["destroy"], { cwd: useFolder() })).status).toBe(0);
  });

  it("an unknown lab is answered with the labs there are", async () => {
    const result = await runCli(["lab", "start", "bgp"], { cwd: useFolder() });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("bgp-port-blocked");
  });
});

describe("state", () => {
  it("that is damaged is named and kept", async () => {
    const cwd = useFolder();
    mkdirSync(join(cwd, ".kubemend", "lab"), { recursive: true });
    writeFileSync(join(cwd, ".kubemend", "lab", "cluster.json"), "{ half");
    const result = await runCli(["status"], { cwd });
    expect(result.status).toBe(3);
    expect(result.stderr).toContain("cluster.json");
    expect((await runCli(["destroy"], { cwd })).status).toBe(0);
    expect(existsSync(join(cwd, ".kubemend", "lab"))).toBe(false);
  });

  it("of several clusters asks which", async () => {
    const cwd = useFolder();
    for (const name of ["one", "two"]) {
      mkdirSync(join(cwd, ".kubemend", name), { recursive: true });
      writeFileSync(join(cwd, ".kubemend", name, "cluster.json"), "{}");
    }
    const result = await runCli(["status"], { cwd });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("one, two");
  });

  it.runIf(process.platform === "linux")("where no folder can be made says so, and ends", async () => {
    const cwd = useFolder({ "a-file": "" });
    // Node's recursive mkdir never ends under /proc
    for (const [home, why] of [
      ["/proc/nowhere", "ENOENT: no such file or directory, mkdir '/proc/nowhere'"],
      ["/proc/self/fd", "ENOENT: no such file or directory, mkdir '/proc/self/fd/"],
      ["a-file/deeper", "ENOTDIR: not a directory, mkdir"],
    ] as const) {
      const { status, stderr } = await runCli(["up", "--name", "x"], { cwd, env: { KUBEMEND_HOME: home } });
      expect(status).toBe(3);
      expect(stderr).toContain(`cannot write the state folder`);
      expect(stderr).toContain(why);
      expect(stderr).toContain("set KUBEMEND_HOME to another folder");
    }
  });

  it("under a file instead of a folder says so", async () => {
    const cwd = useFolder({ state: "" });
    const result = await runCli(["up"], { cwd, env: { KUBEMEND_HOME: join(cwd, "state") } });
    expect(result.status).toBe(3);
    expect(result.stderr).toContain("KUBEMEND_HOME");
  });
});
