/** What goes wrong around a lab gets a clear answer and leaves the cluster healthy. */
import { execa } from "execa";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../cli/support.ts";

const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), "kubemend-labs-"));
const labs = join(cwd, "labs");
const state = (...parts: string[]): string => join(cwd, ".kubemend", "engine", ...parts);
const kubemend = (...argv: string[]) => runCli(argv, { cwd });
const lab = (...argv: string[]) => kubemend("lab", ...argv, "--labs", labs);
const onWorker = async (command: string): Promise<string> => (await kubemend("ssh", "worker1", "--", command)).stdout.trim();

/** A lab that breaks a file; `scripts` take the place of its own. */
function write(id: string, scripts: Record<string, string> = {}): void {
  const all: Record<string, string> = {
    "break.sh": "echo broken >/srv/state",
    "symptom.sh": "cat /srv/state; grep -q broken /srv/state",
    "mend.sh": "rm /srv/state",
    "wrong.sh": "touch /srv/other",
    "brief.md": "# Something is wrong",
    "brief-b.md": "# Something else is wrong",
    "debrief.md": "# It was this",
    "lab.yaml": `id: ${id}
title: ${id}
summary: S
level: easy
minutes: 5
curriculum: [{ exam: CKA, domain: Troubleshooting, competency: C }]
cluster: { workers: 1 }
break: [{ machine: worker1, script: break.sh }]
symptoms: [{ id: state, title: the state is broken, machine: worker1, script: symptom.sh, within: 10s, expected: a broken state }]
checks: [{ id: whole, title: the state is whole, machine: worker1, run: "! grep broken /srv/state", within: 1s, expected: no broken state }]
hints: [{ text: one, cost: 5 }, { text: two, cost: 10 }, { text: three, cost: 20 }]
solutions: [{ title: mend, steps: [{ machine: worker1, script: mend.sh }] }]
wrong: [{ title: touch, steps: [{ machine: worker1, script: wrong.sh }] }]
variants: [{ id: b, title: B, brief: brief-b.md, break: [{ machine: worker1, script: break.sh }] }]
`,
    ...scripts,
  };
  mkdirSync(join(labs, id), { recursive: true });
  for (const [name, text] of Object.entries(all)) writeFileSync(join(labs, id, name), `${text}\n`);
}

const restart = async (): Promise<void> => {
  const up = await kubemend("up", "--name", "engine");
  expect(up.status, up.stderr).toBe(0);
};

beforeAll(async () => {
  write("good");
  write("other");
  write("harmless", { "break.sh": "echo tried >/srv/state" });
  write("failing", { "break.sh": "echo half >/srv/state; echo no such thing >&2; exit 3" });
  writeFileSync(join(cwd, "kubemend.yaml"), "name: engine\nworkers: 1\n");
  await restart();
}, 180_000);

afterAll(async () => {
  await kubemend("destroy");
  rmSync(cwd, { recursive: true, force: true });
});

afterEach(async () => {
  if (existsSync(state("lab.json"))) await lab("stop");
});

describe("a command at the wrong time", () => {
  it("check, hint, solve, reset and stop without a lab", async () => {
    for (const command of ["check", "hint", "solve", "reset", "stop"])
      expect(await lab(command), command).toMatchObject({ status: 2, stderr: expect.stringContaining("no lab is in progress") });
  });

  it("start while another lab runs: the one that runs goes on", async () => {
    expect(await lab("start", "good")).toMatchObject({ status: 0 });
    const second = await lab("start", "other");
    expect(second).toMatchObject({ status: 2, stderr: expect.stringContaining("the lab good is in progress") });
    expect(second.stderr).toContain("kubemend lab stop");
    expect(await lab("verify", "other")).toMatchObject({ status: 2, stderr: expect.stringContaining("the lab good is in progress") });
    expect(await lab("check")).toMatchObject({ status: 1 });
    expect(await lab("solve")).toMatchObject({ status: 0 });
    expect(await lab("check")).toMatchObject({ status: 0 });
    await lab("reset");
    expect(await onWorker("cat /srv/state")).toBe("broken");
  });

  it("a lab or a variant that is not there", async () => {
    expect(await lab("start", "nothing")).toMatchObject({ status: 2, stderr: expect.stringMatching(/no lab "nothing"[\s\S]*good/) });
    expect(await lab("start", "good", "--variant", "c")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no variant "c"[\s\S]*Variants are: b/),
    });
    expect(existsSync(state("lab.json"))).toBe(false);
  });

  it("more hints than there are", async () => {
    await lab("start", "good", "--variant", "b");
    for (const text of ["one", "two", "three"]) expect((await lab("hint")).stdout).toContain(text);
    expect(await lab("hint")).toMatchObject({ status: 2, stderr: expect.stringContaining("all 3 hints were given") });
  });
});

describe("a variant", () => {
  it("is introduced by its own brief", async () => {
    expect((await lab("start", "good", "--variant", "b")).stdout).toContain("Something else is wrong");
  });
});

describe("machines without snapshots", () => {
  const proofs = async (id: string): Promise<Record<string, boolean>> =>
    Object.fromEntries(
      (await lab("verify", id, "--no-snapshots", "--output", "json")).stdout
        .split("\n")
        .filter((line) => line.startsWith('{"type":"proof"'))
        .map((line) => JSON.parse(line) as { variant: string; name: string; ok: boolean })
        .map(({ variant, name, ok }) => [`${variant} ${name}`.trim(), ok]),
    );

  it("go back by the first solution; what a wrong fix left may stay, as long as every check passes", async () => {
    const before = (await kubemend("snapshot", "list")).stdout;
    const result = await proofs("good");
    expect(Object.keys(result)).toHaveLength(12);
    expect(Object.values(result)).not.toContain(false);
    expect(await onWorker("ls /srv")).toBe("other");
    expect((await kubemend("snapshot", "list")).stdout).toBe(before);
    await kubemend("ssh", "worker1", "--", "sudo rm /srv/other");
  });

  it("go back by the lab's undo where it has one", async () => {
    write("undone", {
      "undo.sh": "rm -rf /srv/*",
      "lab.yaml": readFileSync(join(labs, "good", "lab.yaml"), "utf8")
        .replaceAll("good", "undone")
        .replace("variants:", "undo: [{ machine: worker1, script: undo.sh }]\nvariants:"),
    });
    expect(Object.values(await proofs("undone"))).not.toContain(false);
    expect(await onWorker("ls /srv")).toBe("");
  });

  it("say so when undoing does not mend", async () => {
    write("stubborn", {
      "undo.sh": "true",
      "lab.yaml": readFileSync(join(labs, "good", "lab.yaml"), "utf8")
        .replaceAll("good", "stubborn")
        .replace("variants:", "undo: [{ machine: worker1, script: undo.sh }]\nvariants:"),
    });
    const result = await lab("verify", "stubborn", "--no-snapshots");
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/not whole again[\s\S]*"the state is whole" on worker1/);
    await kubemend("ssh", "worker1", "--", "sudo rm -f /srv/state /srv/other");
  });
});

describe("a lab that this cluster cannot host", () => {
  it("says what is missing, before anything is broken", async () => {
    write("needy", {
      "lab.yaml": readFileSync(join(labs, "good", "lab.yaml"), "utf8")
        .replaceAll("good", "needy")
        .replace("cluster: { workers: 1 }", 'cluster: { workers: 4, runtime: [docker, cri-o], kubernetes: ">=1.36" }'),
    });
    const start = await lab("start", "needy");
    expect(start.status).toBe(2);
    expect(start.stderr).toMatch(
      /4 workers \(the cluster has 1\), runtime docker or cri-o \(the cluster has containerd\), Kubernetes >=1\.36/,
    );
    expect(await lab("verify", "needy")).toMatchObject({ status: 1, stderr: expect.stringContaining("left out, it needs 4 workers") });
    rmSync(join(labs, "needy"), { recursive: true });
  });

  it("leaves out a variant with needs of its own, and proves the rest", async () => {
    write("partly", {
      "lab.yaml": readFileSync(join(labs, "good", "lab.yaml"), "utf8")
        .replaceAll("good", "partly")
        .replace("{ id: b,", "{ id: b, cluster: { controlplanes: 3 },"),
    });
    const start = await lab("start", "partly", "--variant", "b");
    expect(start.status).toBe(2);
    expect(start.stderr).toContain("On this cluster it can be played without --variant");
    const result = await lab("verify", "partly");
    expect(result.status).toBe(0);
    expect(result.stderr).toContain("partly/b: left out, it needs 3 control planes (the cluster has 1)");
    expect(result.stderr).toContain("6 of 6 proofs hold.");
  });

  it("gets the cluster that it needs where nobody wrote a specification", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "kubemend-fitted-"));
    const folder = join(elsewhere, "labs", "three");
    mkdirSync(folder, { recursive: true });
    for (const name of ["break.sh", "symptom.sh", "mend.sh", "wrong.sh", "brief.md", "brief-b.md", "debrief.md"])
      writeFileSync(join(folder, name), readFileSync(join(labs, "good", name)));
    writeFileSync(
      join(folder, "lab.yaml"),
      readFileSync(join(labs, "good", "lab.yaml"), "utf8")
        .replaceAll("good", "three")
        .replace("cluster: { workers: 1 }", "cluster: { workers: 3, cni: [none] }"),
    );
    try {
      const start = await runCli(["lab", "start", "three", "--labs", join(elsewhere, "labs"), "--name", "fit"], { cwd: elsewhere });
      expect(start.status, start.stderr).toBe(0);
      const plan = JSON.parse(readFileSync(join(elsewhere, ".kubemend", "fit", "cluster.json"), "utf8")) as {
        plan: { machines: { role: string }[]; specification: { cni: { name: string } } };
      };
      expect(plan.plan.machines.filter((m) => m.role === "worker")).toHaveLength(3);
      expect(plan.plan.specification.cni.name).toBe("none");
    } finally {
      await runCli(["destroy"], { cwd: elsewhere });
      rmSync(elsewhere, { recursive: true, force: true });
    }
  }, 120_000);
});

describe("a lab that does not break the cluster", () => {
  it("says which symptom is missing, and puts the cluster back", async () => {
    const whole = async ({ status, stderr }: { status: number; stderr: string }): Promise<void> => {
      expect(status).not.toBe(0);
      expect(stderr).toMatch(/"the state is broken" on worker1: expected a broken state; seen: tried/);
      expect(await onWorker("ls /srv")).toBe("");
      expect(existsSync(state("lab.json"))).toBe(false);
      expect((await kubemend("snapshot", "list")).stdout).not.toContain("lab-");
    };
    await whole(await lab("start", "harmless", "--wait"));
    // without it, the first who needs the symptoms learns of it
    for (const command of ["check", "hint", "reset"]) {
      expect(await lab("start", "harmless")).toMatchObject({ status: 0 });
      await whole(await lab(command));
    }
  });

  it("says which script failed and what it said, and puts the cluster back", async () => {
    const start = await lab("start", "failing");
    expect(start.status).not.toBe(0);
    expect(start.stderr).toMatch(/worker1: break\.sh ended with status 3[\s\S]*no such thing/);
    expect(await onWorker("ls /srv")).toBe("");
    expect(existsSync(state("lab.json"))).toBe(false);
  });
});

describe("symptoms that come late", () => {
  const broken = (): boolean => existsSync(state("sim", "snapshots", "lab-broken.world"));
  beforeAll(() => {
    write("late", {
      "break.sh": "(sleep 400; echo broken >/srv/state) >/dev/null 2>&1 &",
      "lab.yaml": readFileSync(join(labs, "good", "lab.yaml"), "utf8")
        .replaceAll("good", "late")
        .replace("within: 10s", "within: 10m"),
    });
  });

  it("are there for who logs in after the start", async () => {
    expect(await lab("start", "late")).toMatchObject({ status: 0 });
    expect(await onWorker("cat /srv/state")).toBe("broken");
    expect(broken()).toBe(true);
    expect(await lab("check")).toMatchObject({ status: 1 });
    expect(await lab("reset")).toMatchObject({ status: 0 });
    expect(await onWorker("cat /srv/state")).toBe("broken");
  });

  it("are there for who asks the API server", async () => {
    const { api } = JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as { api: Record<string, number> };
    expect(await lab("start", "late")).toMatchObject({ status: 0 });
    const text = await new Promise<string>((resolve, reject) => {
      get(`https://127.0.0.1:${api.controlplane}/version`, { rejectUnauthorized: false }, (response) => {
        let body = "";
        response.on("data", (part) => (body += String(part))).on("end", () => resolve(body));
      }).on("error", reject);
    });
    expect(text).toContain("gitVersion");
    expect(broken()).toBe(true);
  });

  it("are waited for anew by who comes after the background process was killed", async () => {
    expect(await lab("start", "late")).toMatchObject({ status: 0 });
    process.kill((JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as { pid: number }).pid, "SIGKILL");
    await restart();
    // what waited in the shell that was killed is gone
    expect(await lab("check")).toMatchObject({ status: 3, stderr: expect.stringContaining("did not break the cluster as it should") });
    expect(await onWorker("ls /srv")).toBe("");
  });
});

describe("a start that was interrupted", () => {
  const interrupted = async (): Promise<void> => {
    write("slow", { "break.sh": "echo half >/srv/state; until [ -e /srv/go ]; do sleep 1; done" });
    const child = execa(process.execPath, [bin, "lab", "start", "slow", "--labs", labs], { cwd, reject: false, stdin: "ignore" });
    for (let i = 0; i < 200 && !existsSync(state("lab.json")); i++) await delay(50);
    await delay(300);
    child.kill("SIGKILL");
    await child;
    expect(JSON.parse(readFileSync(state("lab.json"), "utf8"))).toMatchObject({ lab: "slow", phase: "breaking" });
    write("slow");
  };

  it("is no lab to be checked; stop mends", async () => {
    await interrupted();
    expect(await lab("check")).toMatchObject({ status: 2, stderr: expect.stringContaining("was interrupted") });
    expect(await lab("stop")).toMatchObject({ status: 0 });
    expect(await onWorker("ls /srv")).toBe("");
  });

  it("reset breaks anew", async () => {
    await interrupted();
    expect(await lab("reset")).toMatchObject({ status: 0 });
    expect(await onWorker("cat /srv/state")).toBe("broken");
    expect(await lab("check")).toMatchObject({ status: 1 });
  });
});

describe("a cluster that is gone under a running lab", () => {
  it("is named, and the lab goes on after up", async () => {
    await lab("start", "good");
    await delay(2500);
    const { pid } = JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await delay(200);
    const check = await lab("check");
    expect(check.status).toBeGreaterThan(1);
    expect(check.stderr).toMatch(/not running[\s\S]*kubemend up/);
    await restart();
    expect(await lab("check")).toMatchObject({ status: 1 });
    expect(await lab("stop")).toMatchObject({ status: 0 });
    expect(await onWorker("ls /srv")).toBe("");
  });

  it("is named when even its folder was removed", async () => {
    await lab("start", "good");
    const { pid } = JSON.parse(readFileSync(state("sim", "server.json"), "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await delay(200);
    rmSync(state("sim"), { recursive: true });
    expect(await lab("check")).toMatchObject({ stderr: expect.stringMatching(/Error: .*\n→ /), status: expect.not.toBeOneOf([0, 1]) });
    rmSync(state(), { recursive: true });
    expect(await lab("check")).toMatchObject({ status: 3, stderr: expect.stringContaining("no cluster") });
  });
});
