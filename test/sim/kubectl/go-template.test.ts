/** The same templates in the kubectl of this machine and in the simulated one: same output, same words. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { goTemplate } from "../../../src/sim/kube/kubectl/output.ts";
import { Failure } from "../../../src/sim/kube/kubectl/failure.ts";
import { needs } from "../../needs.ts";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default", labels: { app: "web", tier: "front", x: "y" } },
  spec: {
    hostNetwork: false,
    terminationGracePeriodSeconds: 30,
    containers: [
      { name: "a", image: "nginx:1.29", ports: [{ containerPort: 80 }], env: [{ name: "X", value: "1" }] },
      { name: "b", image: "busybox", args: [] },
    ],
  },
};

const templates = [
  "{{.metadata.name}}",
  '{{range .spec.containers}}{{.name}}={{.image}} {{end}}{{"\\n"}}',
  "{{range $i, $c := .spec.containers}}{{$i}}:{{$c.name}},{{end}}",
  "{{range $k, $v := .metadata.labels}}{{$k}}={{$v}};{{end}}",
  "{{range .spec.volumes}}x{{else}}none{{end}}",
  '{{len .spec.containers}} {{printf "%-5s|%3d|%q|%v" .metadata.name 3 .metadata.name .spec}}',
  "{{.spec}} {{.metadata.nothing.more}} {{.nothing}}",
  '{{index .spec.containers 1}} {{index .metadata.labels "app"}} {{index .metadata.labels "none"}}',
  "{{(index .spec.containers 0).name}} {{(index (index .spec.containers 0).ports 0).containerPort}}",
  '{{eq .spec.terminationGracePeriodSeconds 30}} {{lt 1 2}} {{ge 2 2}} {{ne .metadata.name "web"}}',
  "{{if and .spec.containers (not .spec.volumes)}}yes{{else}}no{{end}} {{if or .a .metadata.name}}b{{end}}",
  "{{if .a}}1{{else if .metadata}}2{{else}}3{{end}}",
  "{{with .metadata}}{{.name}} {{$.kind}}{{end}} {{with .none}}x{{else}}y{{end}}",
  "{{$x := 5}}{{$x}} {{$x = 6}}{{$x}}",
  '{{.metadata.name | printf "%s-%s" "a"}} {{print 1 2 "a" "b" 3}} {{println .metadata.name}}',
  '{{- /* c */ -}} a {{- " b" -}} c\n{{`raw "x"`}}',
  '{{exists .metadata "labels" "app"}} {{exists .metadata "no"}} {{base64decode "aGFsbG8="}}',
  '{{printf "%d %s" .metadata.name}} {{printf "%d" 1 2}} {{printf "100%%"}}',
  "{{true}} {{1.5}} {{'a'}} {{.spec.hostNetwork}}",
  // what fails
  "{{index .spec.containers 5}}",
  "{{.metadata.name.x}}",
  "{{.spec.containers.name}}",
  "{{nosuch .x}}",
  "{{if .x}}",
  "{{range .spec.containers",
  "{{end}}",
  "{{else}}",
  "{{}}",
  "{{$y}}",
  "{{with $x := 5}}{{$x}}{{end}} {{$x}}",
  "{{ .a.b | len }}",
  "{{range .metadata.name}}x{{end}}",
  "{{eq .metadata.name 1}}",
];

const there = needs("kubectl", ["kubectl", "version", "--client"]);
const dir = mkdtempSync(join(tmpdir(), "kubemend-template-"));
writeFileSync(join(dir, "pod.json"), JSON.stringify(pod));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function ours(template: string): { stdout: string; stderr: string; status: number } {
  try {
    return { stdout: goTemplate(template, pod), stderr: "", status: 0 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { stdout: error.printed, stderr: `${error.message}\n`, status: error.status };
  }
}

describe.skipIf(!there)("a template prints what kubectl prints", () => {
  for (const template of templates)
    it(JSON.stringify(template), () => {
      const real = spawnSync(
        "kubectl",
        ["label", "--local", "-f", join(dir, "pod.json"), "x=y", "--overwrite", "-o", `go-template=${template}`],
        {
          encoding: "utf8",
          env: { PATH: process.env.PATH, HOME: dir },
        },
      );
      // what was printed before an error is not thrown away
      const { stdout, stderr, status } = ours(template);
      expect({ stdout, stderr, status }).toEqual({ stdout: real.stdout, stderr: real.stderr, status: real.status });
    });
});
