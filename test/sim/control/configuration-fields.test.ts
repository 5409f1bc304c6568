/** kubeadm's configuration: every field is read, said to change nothing, or refused; and each version has its own. */
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { allFields } from "../../../src/sim/kube/kubeadm/schema.ts";
import type { Machine } from "../../../src/sim/kernel/machine.ts";
import { place } from "../../recorded/worlds.ts";
import { run } from "../support.ts";
import { useNodes } from "./cluster.ts";

const folder = new URL("../../../src/sim/kube/kubeadm/", import.meta.url);
const code = readdirSync(folder)
  .filter((file) => file !== "schema.ts")
  .map((file) => readFileSync(new URL(file, folder), "utf8"))
  .join("\n");

let m: Machine;
beforeAll(async () => {
  const world = await useNodes(["m"], "1.35");
  m = world.machine("m");
  for (const version of ["1.20.2", "1.30.0"]) place(m, `/usr/local/bin/kubeadm-${version}`, "kubeadm", version);
}, 60_000);

/** A document with one field set. */
const documentWith = (kind: string, path: string, value: string, version = "v1beta4"): string => {
  const lines = [`apiVersion: kubeadm.k8s.io/${version}`, `kind: ${kind}`];
  const parts = path.split(".");
  for (const [i, part] of parts.entries()) {
    const list = part === "taints";
    const inList = parts[i - 1] === "taints";
    lines.push(`${"  ".repeat(i)}${inList ? "- " : ""}${part}:${i === parts.length - 1 ? ` ${value}` : ""}`);
    if (list) continue;
  }
  return `${lines.join("\n")}\n`;
};
const given = async (text: string, command: string): Promise<{ stderr: string; status: number }> => {
  m.rootFs().write("/root/c.yaml", text);
  return run(m, command);
};

describe("a field of kubeadm's configuration", () => {
  test("that is not marked is looked at by the code", () => {
    const fields = allFields();
    expect(fields.length).toBeGreaterThan(100);
    const unread = fields.filter(({ mark, path }) => {
      const name = path.split(".").at(-1)!;
      return mark === "" && !new RegExp(`\\.${name}\\b|["']${name}["']|\\b${name}[,:}]`).test(code);
    });
    expect(unread).toEqual([]);
  });

  test("that is marked as not simulated ends the command that was given it", async () => {
    const refused = allFields().filter(({ mark }) => mark === "!");
    expect(refused.length).toBeGreaterThan(10);
    for (const { kind, path, versions } of refused) {
      const command = { JoinConfiguration: "kubeadm join", ResetConfiguration: "kubeadm reset -f" }[kind] ?? "kubeadm init";
      const old = versions === "-2";
      const text = documentWith(kind, path, "true", old ? "v1beta2" : "v1beta4");
      const { stderr, status } = await given(text, `${old ? command.replace("kubeadm", "kubeadm-1.20.2") : command} --config /root/c.yaml`);
      expect([path, status]).toEqual([path, 125]);
      expect(stderr).toContain(`kubemend: not simulated: kubeadm's ${kind}, field ${path.replace("taints", "taints[0]")}`);
    }
  });

  test("with its usual value is no reason to stop: what `config print init-defaults` prints can be used", async () => {
    const done = await run(
      m,
      "kubeadm config print init-defaults >/root/d.yaml; kubeadm config validate --config /root/d.yaml; kubeadm config images list --config /root/d.yaml | head -1",
    );
    expect([done.stderr, done.status]).toEqual(["", 0]);
    expect(done.stdout).toContain("kube-apiserver");
  });

  test("that another version has is unknown, in the words of strict decoding", async () => {
    for (const [program, version, kind, path, value, said] of [
      [
        "kubeadm-1.30.0",
        "v1beta3",
        "ClusterConfiguration",
        "encryptionAlgorithm",
        "ECDSA-P256",
        'strict decoding error: unknown field "encryptionAlgorithm"',
      ],
      ["kubeadm-1.30.0", "v1beta3", "ClusterConfiguration", "proxy.disabled", "true", 'strict decoding error: unknown field "proxy"'],
      ["kubeadm-1.30.0", "v1beta3", "ClusterConfiguration", "dns.type", "CoreDNS", 'strict decoding error: unknown field "dns.type"'],
      [
        "kubeadm",
        "v1beta4",
        "ClusterConfiguration",
        "apiServer.timeoutForControlPlane",
        "4m0s",
        'strict decoding error: unknown field "apiServer.timeoutForControlPlane"',
      ],
      [
        "kubeadm",
        "v1beta4",
        "ClusterConfiguration",
        "networking.podCIDR",
        "10.0.0.0/16",
        'strict decoding error: unknown field "networking.podCIDR"',
      ],
      [
        "kubeadm-1.20.2",
        "v1beta2",
        "ClusterConfiguration",
        "networking.podCIDR",
        "10.0.0.0/16",
        'error unmarshaling JSON: while decoding JSON: json: unknown field "podCIDR"',
      ],
    ] as const) {
      const { stderr } = await given(documentWith(kind, path, value, version), `${program} config images list --config /root/c.yaml`);
      expect([path, stderr]).toEqual([path, expect.stringContaining(`Kind:"${kind}"}: ${said}`) as unknown]);
    }
  });
});
