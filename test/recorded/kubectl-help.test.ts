/** kubectl's help: what was recorded of each release, what lies between two of them, how it is asked for, and the real program beside it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../../src/sim/kernel/machine.ts";
import { openPty } from "../../src/sim/kernel/tty.ts";
import { kubectls } from "../kubectl.ts";
import { needs } from "../needs.ts";
import { run, useWorld } from "../sim/support.ts";
import { place } from "./worlds.ts";

interface Recorded {
  releases: string[];
  /** "create deployment"; "" is kubectl itself. */
  command: string;
  text: string;
}

const recording = readFileSync(new URL("kubectl-help.txt", import.meta.url), "utf8");
const recorded: Recorded[] = [...recording.matchAll(/^\[([\d. ]+)\]\$ kubectl (.*?) ?--help\n([^]*?)^\[exit 0\]$/gm)].map(
  ([, releases, command, text]) => ({ releases: releases!.split(" "), command: command!, text: text! }),
);
const words = (line: string): string[] => line.split(" ").filter((w) => w !== "");
const textOf = (command: string, release: string): string =>
  recorded.find((r) => r.command === command && r.releases.includes(release))!.text;
/** Every command that some release has. */
const commands = [...new Set(recorded.map((r) => r.command))];
/** The version that stands for a release; 1.33 was recorded with its second patch. */
const patched = (release: string): string => `${release}.${release === "1.33" ? 1 : 2}`;

let machine: Machine;
beforeAll(async () => {
  machine = (await useWorld()).machine("node1");
});

async function kubectl(version: string, args: string[]): Promise<string> {
  const path = `/usr/local/bin/kubectl-${version}`;
  place(machine, path, "kubectl", version);
  const r = await run(machine, [path, ...args]);
  return `${r.stdout}${r.stderr === "" ? "" : `[stderr]\n${r.stderr}`}[exit ${r.status}]`;
}

/** The commands whose help a release refuses. */
async function refused(version: string): Promise<string[]> {
  const found = [];
  for (const command of commands) {
    const shown = await kubectl(version, [...words(command), "--help"]);
    if (!shown.endsWith("[exit 0]")) {
      expect(shown).toMatch(/^\[stderr\]\nkubemend: not simulated: kubectl .*--help of 1\.\d+\n\[exit 125\]$/);
      found.push(command);
    }
  }
  return found;
}

describe("recorded releases", () => {
  const releases = [...new Set(recorded.flatMap((r) => r.releases))];
  test("all commands of nine releases are there", () => {
    expect(releases).toEqual(["1.20", "1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.36"]);
    expect(recorded.flatMap((r) => r.releases).length).toBe(recording.match(/^\[1.*\]\$/gm)!.join(" ").match(/1\.\d\d/g)!.length);
    expect(commands.length).toBeGreaterThan(110);
  });
  test.each(releases)("kubectl %s prints them", async (release) => {
    for (const { releases: which, command, text } of recorded)
      if (which.includes(release))
        expect(await kubectl(patched(release), [...words(command), "--help"]), command).toBe(`${text}[exit 0]`);
  });
  test("a command that a release does not have is no word of its parent", async () => {
    expect(await kubectl("1.20.2", ["create", "token", "--help"])).toBe(`${textOf("create", "1.20")}[exit 0]`);
    expect(await kubectl("1.20.2", ["events", "--help"])).toBe(
      "[stderr]\nError: unknown command \"events\" for \"kubectl\"\nRun 'kubectl --help' for usage.\n[exit 1]",
    );
  });
});

describe("releases between them", () => {
  test("before 1.27 only what is the same on both sides", async () => {
    for (const version of ["1.21.14", "1.26.15"])
      expect(commands.filter((c) => c !== "")).toEqual([
        ...(await refused(version)).filter((c) => c !== ""),
        ...["help", "options"].filter((c) => textOf(c, "1.20") === textOf(c, "1.27")),
      ].toSorted((a, b) => commands.indexOf(a) - commands.indexOf(b)));
  });
  test("1.34 and 1.35 but for what no source tells", async () => {
    expect(await refused("1.34.1")).toEqual(["set selector", "top", "kuberc", "kuberc set", "kuberc view"]);
    expect(await refused("1.35.2")).toEqual(["alpha", "kuberc", "kuberc set", "kuberc view"]);
  });
  test("a release that is newer than all of them has none", async () => {
    expect(await kubectl("1.37.0", ["run", "--help"])).toBe("[stderr]\nkubemend: not simulated: kubectl run --help of 1.37\n[exit 125]");
  });
  test("their lines are those of a neighbour, or made of both", async () => {
    const own: Record<string, Set<string>> = { "1.34.1": new Set(), "1.35.2": new Set() };
    for (const [version, lines] of Object.entries(own))
      for (const command of commands) {
        const shown = await kubectl(version, [...words(command), "--help"]);
        if (!shown.endsWith("[exit 0]")) continue;
        const known = new Set(`${textOf(command, "1.33")}\n${textOf(command, "1.36")}[exit 0]`.split("\n"));
        for (const line of shown.split("\n")) if (!known.has(line)) lines.add(`${command}: ${line.trim()}`);
      }
    expect([...own["1.34.1"]!]).toEqual(["api-resources: Output format. One of: (json, yaml, name, wide)."]);
    expect([...own["1.35.2"]!]).toEqual([": alpha           Commands for features in alpha"]);
  });
  test("1.35 has what its changelog says, and not what 1.36's does", async () => {
    expect(await kubectl("1.35.2", ["create", "deployment", "--help"])).toBe(`${textOf("create deployment", "1.36")}[exit 0]`);
    const run35 = await kubectl("1.35.2", ["run", "--help"]);
    expect(run35).toContain("(json, yaml, kyaml, name,");
    expect(run35).not.toContain("--detach-keys");
    expect(await kubectl("1.35.2", ["wait", "--help"])).toMatch(/^Wait for a specific condition[^]*\n {4}--for='':\n/);
    expect(await kubectl("1.35.2", ["get", "--help"])).toBe(`${textOf("get", "1.36")}[exit 0]`);
    expect(await kubectl("1.34.1", ["get", "--help"])).toContain("suppresses NotFound error");
    expect(await kubectl("1.34.1", ["get", "--help"])).not.toContain("kyaml");
  });
  test("explain's -o of 1.33 came back with its second patch", async () => {
    expect(await kubectl("1.33.1", ["explain", "-h"])).toContain("\n    --output='plaintext':\n");
    expect(await kubectl("1.33.2", ["explain", "-h"])).toContain("\n    -o, --output='plaintext':\n");
  });
});

// as kubectl 1.20.2, 1.27.16 and 1.36.4 answer
describe("ways to ask", () => {
  const same: [line: string, command: string][] = [
    ["get -h", "get"],
    ["help get", "get"],
    ["get pods -n x -o wide -h", "get"],
    ["-n foo get --help", "get"],
    ["get --help=true", "get"],
    ["--help get", ""],
    ["-h", ""],
    ["help", ""],
    ["", ""],
    ["create deploy --help", "create deployment"],
    ["help create deploy", "create deployment"],
    ["create deployment web --image=x --help", "create deployment"],
    ["create -h deployment", "create"],
    ["create nosuch --help", "create"],
    ["help create nosuch", "create"],
    ["create svc -h", "create service"],
    ["completion bash --help", "completion"],
    ["help help", "help"],
    ["help --help", "help"],
    ["port-forward --help", "port-forward"],
    ["top po -h", "top pod"],
    ["config use -h", "config use-context"],
  ];
  test.each(["1.20", "1.36"])("kubectl %s", async (release) => {
    for (const [line, command] of same)
      expect(await kubectl(patched(release), words(line)), line).toBe(`${textOf(command, release)}[exit 0]`);
  });
  test("what is another flag's value or another program's argument is none", async () => {
    expect(await kubectl("1.36.2", words("get --output --help"))).toContain("You must specify the type of resource to get");
    expect(await kubectl("1.36.2", words("exec p -- ls --help"))).toMatch(/\[exit 1\]$/);
    expect(await kubectl("1.36.2", words("exec p ls --help"))).toBe(`${textOf("exec", "1.36")}[exit 0]`);
  });
  test("with a flag that the help does not list it is refused: some are hidden", async () => {
    expect(await kubectl("1.36.2", words("get --help --nope"))).toBe(
      "[stderr]\nkubemend: not simulated: kubectl get --nope --help\n[exit 125]",
    );
  });
  test("no such command, no such topic", async () => {
    expect(await kubectl("1.36.2", words("nosuch --help"))).toBe('[stderr]\nerror: unknown command "nosuch" for "kubectl"\n[exit 1]');
    const usage = textOf("", "1.36");
    expect(await kubectl("1.36.2", words("help nosuch foo"))).toBe(
      `[stderr]\nUnknown help topic [\`nosuch\` \`foo\`]\n${usage.slice(usage.indexOf("\n\nBasic"))}[exit 0]`,
    );
    expect(await kubectl("1.36.2", words("-A --help"))).toBe(
      "[stderr]\nerror: unknown shorthand flag: 'A' in -A\nSee 'kubectl --help' for usage.\n[exit 1]",
    );
  });
  test("a command that has only others prints its help", async () => {
    for (const release of ["1.20", "1.36"]) {
      for (const command of ["set", "config", "auth", "top", "plugin", "create secret", "create service"])
        expect(await kubectl(patched(release), words(command)), command).toBe(`[stderr]\n${textOf(command, release)}[exit 1]`);
      expect(await kubectl(patched(release), ["rollout"])).toBe(`${textOf("rollout", release)}[exit 1]`);
      expect(await kubectl(patched(release), ["certificate"])).toBe(`${textOf("certificate", release)}[exit 0]`);
      expect(await kubectl(patched(release), ["certificate", "nosuch"])).toBe(`${textOf("certificate", release)}[exit 0]`);
      expect(await kubectl(patched(release), ["rollout", "nosuch"])).toBe(
        "[stderr]\nerror: unknown command \"nosuch\"\nSee 'kubectl rollout -h' for help and examples\n[exit 1]",
      );
    }
    expect(await kubectl("1.30.2", ["create"])).toBe(
      `[stderr]\nError: must specify one of -f and -k\n\n${textOf("create", "1.30")}[exit 1]`,
    );
    expect(await kubectl("1.31.2", ["create"])).toBe("[stderr]\nerror: must specify one of -f and -k\n[exit 1]");
  });
});

describe("commands with nothing behind them", () => {
  const answers = [
    ...readFileSync(new URL("kubectl-bare.txt", import.meta.url), "utf8").matchAll(
      /^\[([\d. ]+)\]\$ kubectl (.*)\n([^]*?)^\[exit (\d+)\]$/gm,
    ),
  ];
  test("answer as recorded", async () => {
    expect(answers.length).toBeGreaterThan(100);
    let same = 0;
    for (const [, releases, command, text, status] of answers)
      for (const release of releases!.split(" ")) {
        machine.rootFs().write("/usr/local/bin/bare", "");
        place(machine, "/usr/local/bin/bare", "kubectl", patched(release));
        const r = await run(machine, ["/usr/local/bin/bare", ...words(command!)], { env: { KUBECONFIG: "/dev/null" } });
        if (r.status === 125) continue;
        same++;
        const help = text!.includes("[its help]") ? textOf(command!, release) : "";
        expect(`${r.stdout}${r.stderr}[exit ${r.status}]`, `${release} ${command}`).toBe(
          `${text!.replace("[its help]\n", () => help)}[exit ${status}]`,
        );
      }
    expect(same).toBeGreaterThan(700);
  });
});

const terminals = needs("script (bsdutils)", ["script", "--version"]);

describe.each(kubectls())("beside $path", ({ path: binary, version }) => {
  const lines = [
    ...["", "create deployment --help", "run --help", "expose --help", "get -h", "help rollout undo", "help nosuch", "help help"],
    ...["create svc nodeport --help", "scale -h", "apply view-last-applied --help", "config set-credentials -h", "logs --help"],
    ...["config set a", "config use-context a b", "config delete-context a b", "config set-context a b", "config view x", "api-versions x"],
    ...["create deployment x --image=a --replicas=abc", "get --watch=maybe", "label --all=maybe", "label", "drain", "run"],
    ...["port-forward --help", "rollout", "config", "create secret", "certificate", "options"],
  ];
  const env = { HOME: "/root", KUBECONFIG: "/dev/null", PATH: process.env.PATH };
  // a release that was not recorded prints most, but not all of it
  const missing = (shown: string): boolean => shown.includes("kubemend: not simulated: kubectl");

  test("the same text, stream and status", async () => {
    let compared = 0;
    for (const line of lines) {
      const real = spawnSync(binary, words(line), { encoding: "utf8", env });
      const shown = await kubectl(version, words(line));
      if (missing(shown)) continue;
      compared++;
      expect(shown, line).toBe(`${real.stdout}${real.stderr === "" ? "" : `[stderr]\n${real.stderr}`}[exit ${real.status}]`);
    }
    expect(compared).toBeGreaterThan(5);
  });
  test.skipIf(!terminals).each([79, 80, 110, 200])("on a terminal of %d columns", async (cols) => {
    place(machine, "/usr/local/bin/kubectl-tty", "kubectl", version);
    for (const line of ["", "create deployment --help", "get -h", "help nosuch", "rollout", "config", "options"]) {
      const typed = ["-qec", `stty cols ${cols} rows 50; exec '${binary}' ${line}`, "/dev/null"];
      const real = spawnSync("script", typed, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
      const pty = openPty(machine, { cols, rows: 50 });
      let shown = "";
      pty.onOutput((bytes) => {
        shown += Buffer.from(bytes).toString();
      });
      const p = machine.spawn({
        argv: ["/usr/local/bin/kubectl-tty", ...words(line)],
        env: { HOME: "/root" },
        session: true,
        fds: new Map([0, 1, 2].map((fd) => [fd, pty.slave])),
      });
      await machine.world.until(() => p.status !== undefined, 60_000);
      pty.hangup();
      if (!missing(shown)) expect(shown, line).toBe(real.stdout);
    }
  });
});
