/** The learner's own kubectl, on the host: KUBEMEND_KUBECTL or the one in PATH. Whatever its version, plain work must go. */
import { execa, type Options } from "execa";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/sim/core/random.ts";
import { goYamlError } from "../../src/sim/core/go-yaml.ts";
import { yamlTexts } from "../../src/sim/core/yaml.ts";
import { firstKubectl, needsKubectl } from "../kubectl.ts";
import { until, useScratch } from "./support.ts";

const binary = firstKubectl;
const there = needsKubectl();

const manifest = `apiVersion: v1
kind: Pod
metadata:
  name: web # the name
  labels: { app: "web", tier: 'front' }
spec:
  containers:
  - name: nginx
    image: nginx:1.27
    command: ["sh", "-c", "sleep 1d"]
    env:
      - name: A
        value: "x\\ty"
    args:
    - |
      echo a
      echo b
  nodeSelector:
    disk: &disk ssd
  tolerations: [{ key: *disk, operator: Exists }]
`;

/** One or two mistakes as people make them: something left out or put in, a line gone, an indentation that is wrong. */
function spoilt(text: string, random: Random): string {
  const below = (limit: number): number => random.int(0, limit - 1);
  let out = text;
  for (let n = 1 + below(2); n > 0; n--) {
    const at = below(out.length);
    const lines = out.split("\n");
    const line = below(lines.length);
    const kind = below(4);
    if (kind === 0) out = out.slice(0, at) + out.slice(at + 1 + below(3));
    else if (kind === 1) out = lines.toSpliced(line, 1).join("\n");
    else if (kind === 2) out = lines.with(line, " ".repeat(below(4)) + lines[line]!.slice(below(2))).join("\n");
    else out = out.slice(0, at) + [..."\t\n:-{}[],\"'#|>&*!%@`?a\\", ": ", "- ", " #", "\n  ", "\n\t"][below(27)]! + out.slice(at);
  }
  return out;
}

describe.skipIf(!there)("a stock kubectl on the host", () => {
  const { cwd, up, kubemend, on } = useScratch("kubectl");
  let kubeconfig = "";
  const start = (args: string[], options: Options = {}) =>
    execa(binary, args, { cwd, reject: false, stdin: "ignore", env: { KUBECONFIG: kubeconfig, HOME: cwd }, ...options });
  const kubectl = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await start(args);
    return { status: exitCode, out: String(stdout), err: String(stderr) };
  };
  beforeAll(async () => {
    const result = await up();
    expect(result.exitCode, String(result.stderr)).toBe(0);
    kubeconfig = String((await kubemend(["kubeconfig"])).stdout);
    writeFileSync(
      join(cwd, "web.yaml"),
      [
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata: { name: web, labels: { app: web } }",
        "spec:",
        "  replicas: 2",
        "  selector: { matchLabels: { app: web } }",
        "  template:",
        "    metadata: { labels: { app: web } }",
        '    spec: { containers: [{ name: nginx, image: "nginx:1.27", ports: [{ containerPort: 80 }] }] }',
        "",
      ].join("\n"),
    );
  }, 180_000);

  it("is led to the cluster by `kubemend env`, whatever the folder's name", async () => {
    const line = String((await kubemend(["env"])).stdout);
    const { stdout } = await execa("bash", ["-c", `eval "$LINE"; printf %s "$KUBECONFIG"`], { env: { LINE: line } });
    expect(stdout).toBe(kubeconfig);
  });

  it("sees the nodes as kubectl on the control plane does", async () => {
    const names = (text: string): string[] => text.split("\n").map((l) => l.split(/\s+/).slice(0, 3).join(" "));
    const here = await kubectl("get", "nodes", "--no-headers");
    expect(here.status, here.err).toBe(0);
    expect(names(here.out)).toEqual(names(String((await on("controlplane", "kubectl get nodes --no-headers")).stdout)));
    expect((await kubectl("describe", "node", "worker1")).out).toContain("KubeletReady");
  });

  it("applies, waits, reads logs, changes on the server's side, and deletes", async () => {
    expect(await kubectl("apply", "-f", "web.yaml")).toMatchObject({ status: 0, out: "deployment.apps/web created" });
    expect(await kubectl("rollout", "status", "deployment/web", "--timeout=120s")).toMatchObject({ status: 0 });
    expect((await kubectl("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}")).out).toBe("2");
    expect((await kubectl("logs", "deployment/web")).out).toContain("start worker processes");
    expect(await kubectl("patch", "deployment", "web", "-p", '{"spec":{"replicas":1}}')).toMatchObject({ status: 0 });
    const again = await kubectl("apply", "--server-side", "--force-conflicts", "-f", "web.yaml");
    expect(again, again.err).toMatchObject({ status: 0, out: "deployment.apps/web serverside-applied" });
    expect((await kubectl("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}")).out).toBe("2");
  }, 180_000);

  it("follows a log and watches, until the pod is gone", async () => {
    expect(
      (
        await kubectl(
          "run",
          "clock",
          "--image=busybox:1.36",
          "--restart=Never",
          "--",
          "sh",
          "-c",
          "for i in 1 2 3; do echo tick $i; sleep 2; done",
        )
      ).status,
    ).toBe(0);
    expect(await kubectl("wait", "--for=condition=Ready", "pod/clock", "--timeout=60s")).toMatchObject({ status: 0 });
    const watch = start(["get", "pod", "clock", "-w", "--no-headers"], { buffer: false });
    let seen = "";
    watch.stdout?.on("data", (data: Buffer) => (seen += data.toString()));
    const follow = await kubectl("logs", "-f", "clock");
    expect(follow).toMatchObject({ status: 0, out: "tick 1\ntick 2\ntick 3" });
    await until(() => seen.includes("Completed"));
    watch.kill();
    await watch;
    expect(await kubectl("delete", "pod", "clock", "--wait=true")).toMatchObject({ status: 0 });
    expect((await kubectl("get", "pod", "clock")).err).toContain('pods "clock" not found');
  }, 180_000);

  it("runs commands in containers over WebSocket, and is told plainly what does not go from here", async () => {
    const exec = await kubectl("exec", "deployment/web", "--", "sh", "-c", "echo here; exit 3");
    // before 1.30 kubectl speaks SPDY
    if (exec.err.includes("not simulated")) expect(exec.err).toContain("kubemend: not simulated: exec over SPDY");
    else expect(exec).toMatchObject({ status: 3, out: "here" });
    const forward = await kubectl("port-forward", "deployment/web", "18080:80");
    expect(forward.status).not.toBe(0);
    expect(forward.err).toContain("kubemend: not simulated: pods/portforward");
  });

  it("finds the same wrong with spoilt YAML as the simulated one, in the same words", async () => {
    const random = new Random({}, "yaml", "spoilt");
    const texts = Array.from({ length: 48 }, () => spoilt(manifest, random));
    const said = async (text: string, i: number): Promise<string | undefined> => {
      const file = `spoilt-${i}.yaml`;
      writeFileSync(join(cwd, file), text);
      const { err } = await kubectl("create", "-f", file, "--dry-run=client", "--validate=false", "-o", "name");
      return /error converting YAML to JSON: yaml: (.*)/.exec(err)?.[1];
    };
    const real: (string | undefined)[] = [];
    for (let i = 0; i < texts.length; i += 4) real.push(...(await Promise.all(texts.slice(i, i + 4).map((text, j) => said(text, i + j)))));
    expect(real.filter((message) => message !== undefined).length).toBeGreaterThan(10);
    for (const [i, text] of texts.entries()) {
      const wrong = yamlTexts(text)
        .map(goYamlError)
        .find((message) => message !== undefined);
      expect(wrong, text).toBe(real[i]);
    }
  }, 120_000);

  it("does not get through when the API server is stopped", async () => {
    await on(
      "controlplane",
      "sudo mv /etc/kubernetes/manifests/kube-apiserver.yaml /tmp/; until ! sudo crictl ps | grep -q kube-apiserver; do sleep 1; done",
    );
    expect((await kubectl("get", "nodes", "--request-timeout=5s")).status).not.toBe(0);
  });
});
