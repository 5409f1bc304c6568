/** Which folder may import which, and what the simulator must not reach for. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const sources = execFileSync("git", ["ls-files", "src"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((f) => f.endsWith(".ts"));
const text = (file: string): string => readFileSync(join(root, file), "utf8");
/** Without comments. */
const code = (file: string): string =>
  text(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "");

interface Import {
  from: string;
  to: string;
  type: boolean;
}
const imports: Import[] = sources.flatMap((from) =>
  [...text(from).matchAll(/^(?:import|export)\s+(type\s+)?(?:[^;"]*?\sfrom\s+)?"(\.[^"]+)"/gm)].map((m) => ({
    from,
    to: normalize(join(from, "..", m[2]!)),
    type: m[1] !== undefined,
  })),
);

/** `src/lab/x.ts` → lab, `src/sim/net/x.ts` → sim/net, `src/error.ts` → error.ts. */
const place = (file: string): string => {
  const [, top, second, third] = file.split("/") as [string, string, string?, string?];
  return top === "sim" && third !== undefined ? `sim/${second}` : top === "sim" ? `sim/${second}` : top;
};

/** What a folder above the simulator may import. */
const allowed: Record<string, string[]> = {
  cli: ["report", "lab", "provision", "provider", "mirror", "ssh", "host", "cluster", "error.ts", "root.ts"],
  // the terminal's colours and streams are the command line's
  report: ["cli", "cluster"],
  // the scripts that all labs share are the installation's
  lab: ["report", "provision", "ssh", "cluster", "error.ts", "root.ts", "watch.ts", "yaml.ts"],
  provision: ["report", "provider", "ssh", "cluster", "claim.ts", "error.ts", "folder.ts", "root.ts"],
  // the Vagrantfile's provisioners are the steps of bring-up
  provider: ["provision", "ssh", "host", "cluster", "sim/server", "claim.ts", "error.ts", "folder.ts", "root.ts", "watch.ts"],
  mirror: ["report", "cluster", "error.ts", "folder.ts"],
  ssh: ["error.ts"],
  host: ["cluster"],
  cluster: ["error.ts", "yaml.ts"],
};

/** The simulator's layers, lowest first. */
const layers = ["core", "fs", "kernel", "net", "image", "systemd", "shell", "bin", "cri", "cni", "kube", "internet", "server"];
/**
 * Imports of values that go up, with the reason of each. Types may go up: a layer's contract names what it is handed.
 * world.ts (the machines and what is theirs), area.ts and assemble.ts (the table of all areas) stand above all layers.
 */
const upwards: Record<string, string> = Object.fromEntries(
  (
    [
      [
        "apt and dpkg read the formats of the archive, which stand with the archive",
        [
          "bin/system/apt/apt-get.ts → internet/deb.ts",
          "bin/system/apt/apt-get.ts → internet/repository.ts",
          "bin/system/apt/dpkg.ts → internet/deb.ts",
          "bin/system/apt/dpkg.ts → internet/repository.ts",
          "bin/system/apt/gpg.ts → internet/pgp.ts",
          "bin/system/apt/sources.ts → internet/deb.ts",
          "bin/system/apt/status.ts → internet/deb.ts",
          "bin/system/apt/unpack.ts → internet/deb.ts",
          "bin/system/apt/unpack.ts → internet/repository.ts",
          "bin/system/apt/update.ts → internet/pgp.ts",
          "image/ubuntu.ts → internet/installed.ts",
        ],
      ],
      [
        "Calico's and flannel's programs are clients of the API",
        [
          "cni/flannel/flanneld.ts → kube/client.ts",
          "cni/calico/ctl/calicoctl.ts → kube/client.ts",
          "cni/calico/node/role.ts → kube/client.ts",
          "cni/calico/operator/operator.ts → kube/client.ts",
          "cni/calico/plugin.ts → kube/client.ts",
        ],
      ],
      ["flanneld writes Kubernetes' log lines", ["cni/flannel/flanneld.ts → kube/node/klog.ts"]],
      ["containerd knows the contract of plugins", ["cri/cni.ts → cni/plugin.ts"]],
      ["an executable file names its program", ["fs/image.ts → kernel/program.ts"]],
      [
        "the kernel's messages go to the journal",
        [
          "image/boot.ts → systemd/journal.ts",
          "image/modules.ts → systemd/journal.ts",
          "image/swap.ts → systemd/journal.ts",
          "image/sysctls.ts → systemd/journal.ts",
        ],
      ],
    ] as const
  ).flatMap(([reason, list]) => list.map((edge) => [edge, reason])),
);

describe("above the simulator", () => {
  it.each(Object.keys(allowed))("%s imports only what lies below it", (folder) => {
    const bad = imports.filter((i) => place(i.from) === folder && place(i.to) !== folder && !allowed[folder]!.includes(place(i.to)));
    expect(bad.map((i) => `${i.from} → ${i.to}`)).toEqual([]);
  });
  it("has no other folders", () => {
    const folders = new Set(sources.map(place).filter((p) => !p.startsWith("sim/") && !p.endsWith(".ts")));
    expect([...folders].toSorted()).toEqual(Object.keys(allowed).toSorted());
  });
});

describe("the simulator", () => {
  const own = imports.filter((i) => i.from.startsWith("src/sim/"));
  const simSources = sources.filter((f) => f.startsWith("src/sim/"));
  const world = simSources.filter((f) => !f.startsWith("src/sim/server/"));

  it("imports nothing from outside of it", () => {
    // the background process, which is the simulator's side of the host, has the package's version, the claim on its cluster, and the
    // loop in which machines of any provider are looked at
    const host = (i: Import): boolean =>
      i.from.startsWith("src/sim/server/") && ["src/claim.ts", "src/root.ts", "src/watch.ts"].includes(i.to);
    expect(own.filter((i) => !i.to.startsWith("src/sim/") && !host(i)).map((i) => `${i.from} → ${i.to}`)).toEqual([]);
  });

  it("has layers that import downwards", () => {
    const found = new Set<string>();
    for (const i of own) {
      const [from, to] = [place(i.from).slice(4), place(i.to).slice(4)];
      if (i.type || from === to || !layers.includes(from) || !layers.includes(to)) continue;
      if (layers.indexOf(to) > layers.indexOf(from)) found.add(`${i.from.slice(8)} → ${i.to.slice(8)}`);
    }
    expect([...found].toSorted()).toEqual(Object.keys(upwards).toSorted());
  });

  it("takes time and randomness from the world, and loads no code while it runs", () => {
    const forbidden =
      /\bDate\.now\b|\bMath\.random\b|\bset(?:Timeout|Interval)\b|\bnew Date\(\)|\bperformance\.now\b|\bawait import\(|\bconsole\.(?:log|error|warn|info)\b|\bprocess\.(?:argv|env|exit|cwd|hrtime|stdout|stderr)\b|\brandom(?:Bytes|UUID)\b/;
    expect(world.filter((f) => forbidden.test(code(f)))).toEqual([]);
    // the one place that lets promises that are due run, before time goes on
    expect(world.filter((f) => /\bsetImmediate\b|\bnextTick\b/.test(code(f)))).toEqual(["src/sim/world.ts"]);
  });

  it("uses nothing of the host but functions of their arguments: hashes and compression", () => {
    const modules = new Set<string>();
    for (const f of world) for (const m of text(f).matchAll(/from "(node:[^"]+)"/g)) modules.add(m[1]!);
    expect([...modules].toSorted()).toEqual(["node:crypto", "node:zlib"]);
  });

  it("knows no labs", () => {
    const labs = execFileSync("git", ["ls-files", "labs"], { cwd: root, encoding: "utf8" })
      .split("\n")
      .map((f) => f.split("/")[1])
      // a lab called after an option of the API server or the kubelet says nothing here
      .filter((id): id is string => id !== undefined && id.includes("-") && !["advertise-address", "node-ip"].includes(id));
    const ids = new RegExp(`\\b(?:${[...new Set(labs)].join("|")})\\b`);
    expect(simSources.filter((f) => ids.test(text(f)))).toEqual([]);
  });
});
