import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { handleRest, servingCertificate } from "../../../src/sim/kube/apiserver/front.ts";
import { kubectlPaths } from "../../kubectl.ts";
import { kubeconfig, pki, useApi, type Cluster } from "./support.ts";

const binaries = kubectlPaths();

let c: Cluster;
let server: Server;
let folder: string;
let timer: NodeJS.Timeout;

/** The front as src/sim/server serves it, in little. */
function serve(cluster: Cluster): Promise<number> {
  const tls = servingCertificate(cluster.api)!;
  server = createServer(
    { cert: tls.certificate, key: tls.key, ca: tls.clientCa, requestCert: true, rejectUnauthorized: false },
    (req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const peer = (req.socket as TLSSocket).getPeerCertificate(true);
        const pem = peer?.raw
          ? `-----BEGIN CERTIFICATE-----\n${peer.raw.toString("base64").replace(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`
          : undefined;
        const headers = Object.fromEntries(Object.entries(req.headers).map(([k, v]) => [k, Array.isArray(v) ? v.join(",") : (v ?? "")]));
        const { response, streamed } = handleRest(
          cluster.world,
          cluster.api,
          {
            method: req.method!,
            path: req.url!,
            host: req.headers.host ?? "",
            headers,
            body: Buffer.concat(chunks),
            tls: { serverName: "", ...(pem ? { clientCertificate: pem } : {}) },
            peer: { ip: "127.0.0.1", port: 1 },
          },
          {
            open: (status, head) => {
              res.writeHead(status, head);
              res.flushHeaders();
              return { write: (line) => void res.write(line), end: () => void res.end(), onClosed: (fn) => void res.on("close", fn) };
            },
          },
        );
        if (streamed) return;
        res.writeHead(response.status, response.headers);
        res.end(response.body);
      });
    },
  );
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

const kubectl = (binary: string, args: string[], stdin = ""): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile(
      binary,
      args,
      { env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, "config") }, timeout: 20_000 },
      (error, stdout, stderr) => resolve(`${stdout}${stderr}[exit ${error ? String((error as { code?: number }).code) : 0}]`),
    );
    child.stdin?.end(stdin);
  });

describe.skipIf(binaries.length === 0)("a stock kubectl", () => {
  beforeAll(async () => {
    c = await useApi("1.35.2", "front");
    const port = await serve(c);
    folder = mkdtempSync(join(tmpdir(), "kubemend-front-"));
    const fs = c.machine.rootFs();
    const config = kubeconfig(
      fs.readText(`${pki}/ca.crt`),
      c.certificate("kubernetes-admin", ["system:masters"]),
      `https://127.0.0.1:${port}`,
    );
    config.clusters[0].cluster["tls-server-name"] = "kubernetes";
    writeFileSync(join(folder, "config"), JSON.stringify(config));
    timer = setInterval(() => void c.world.advance(100), 20);
  }, 60_000);
  afterAll(() => {
    clearInterval(timer);
    server?.closeAllConnections();
    server?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test.each(binaries)(
    "%s works through the front",
    async (binary) => {
      const k = (line: string, stdin = ""): Promise<string> => kubectl(binary, line.split(" "), stdin);
      expect(await k("get ns")).toMatch(/^NAME +STATUS +AGE\ndefault +Active/);
      const deployment =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {app: web}}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: nginx, image: 'nginx:1.19'}]}\n";
      expect(await k("apply -f -", deployment)).toBe("deployment.apps/web created\n[exit 0]");
      expect(await k("apply -f -", deployment)).toBe("deployment.apps/web unchanged\n[exit 0]");
      expect(await k("apply --server-side --force-conflicts -f -", deployment)).toBe("deployment.apps/web serverside-applied\n[exit 0]");
      expect(await k("scale deploy web --replicas=3")).toBe("deployment.apps/web scaled\n[exit 0]");
      expect(await k("get deploy web -o jsonpath={.spec.replicas}")).toBe("3[exit 0]");
      expect(await k("apply -f -", deployment.replace("selector", "selectr"))).toContain("unknown field");
      expect(await k("describe deploy web")).toMatch(/Image: +nginx:1.19/);
      expect(await k("api-resources")).toContain("deployments                         deploy");
      // older versions pad the name, and have no whoami
      expect(await k("explain deployment.spec.replicas")).toMatch(/replicas +<integer>/);
      expect(await k("auth whoami")).toMatch(/kubernetes-admin|unknown command "whoami"/);
      expect(await k("get pods --as nobody")).toContain('User "nobody" cannot list resource "pods"');
      expect(await k("get nodes -w --request-timeout=1s")).toContain("[exit ");
      expect(await k("wait --for=delete deploy/nosuch --timeout=2s")).toMatch(/\[exit 0\]|no matching resources found/);
      expect(await k("delete deploy web")).toContain('deployment.apps "web" deleted');
    },
    120_000,
  );

  // generators of typed clients, which send protobuf since 1.32
  test.each(binaries)(
    "%s creates, changes and describes objects of every kind",
    async (binary) => {
      const version = await kubectl(binary, ["version", "--client"]);
      const minor = Number(/v1\.(\d+)/.exec(version)?.[1]);
      const space = `m${minor}`;
      const k = (line: string): Promise<string> => {
        const [words, command] = line.split(" -- ");
        return kubectl(binary, [...words!.split(" "), "-n", space, ...(command === undefined ? [] : ["--", ...command.split(" ")])]);
      };
      const all = (lines: [line: string, words: RegExp][]): Promise<unknown> =>
        Promise.all(lines.map(async ([line, words]) => expect(await k(line), line).toMatch(words)));
      await all([[`create ns ${space}`, /created/]]);
      await all([["create sa default", /created/]]);
      const created = [
        "create deployment web --image=nginx:1.27 --replicas=2",
        "create configmap cm --from-literal=a=1",
        "create secret generic sec --from-literal=p=x",
        "create secret docker-registry reg --docker-username=u --docker-password=p --docker-email=e@x",
        "create sa bot",
        "create role reader --verb=get,list --resource=pods,deployments.apps",
        "create rolebinding rb --role=reader --serviceaccount=default:bot",
        `create clusterrole cr-${space} --verb=get --resource=nodes`,
        `create clusterrolebinding crb-${space} --clusterrole=cr-${space} --user=jane`,
        "create quota q --hard=secrets=20",
        `create priorityclass pc-${space} --value=-5 --description=x`,
        "create job hello --image=busybox:1.36 -- echo hi",
        "create service clusterip svc1 --tcp=80:8080",
        "create service nodeport svc2 --tcp=80:8080",
        "create service externalname svc3 --external-name=example.com",
        "create ingress ing --rule=foo.com/bar*=web:80",
        "run one --image=busybox:1.36 --labels=a=b --env=X=1 --restart=Never -- sleep 3600",
        // before 1.21 kubectl asks for beta versions that 1.35 does not serve
        ...(minor > 20
          ? ["create pdb pdb1 --selector=app=web --min-available=50%", "create cronjob cj --image=busybox:1.36 --schedule=@daily -- date"]
          : []),
      ];
      await all(created.map((line) => [line, /created/]));
      await all([
        ["expose deployment web --port=80 --target-port=http", /service\/web exposed/],
        ["autoscale deploy web --min=1 --max=3 --cpu-percent=80", /autoscaled/],
        [`get pc pc-${space} -o jsonpath={.value}`, /^-5\[/],
        ["get pod one -o jsonpath={.spec.containers[0].env[0]}", /"name":"X","value":"1"/],
        ["get secret sec -o jsonpath={.data.p}", /^eA==\[/],
        ["explain deploy.spec.strategy", /rollingUpdate/],
        ["explain pod.spec --recursive", /tolerationSeconds/],
        ["auth can-i list pods --as jane", /^no/],
        ["top pods", /Metrics API not available/],
        ["certificate approve nosuch", /"nosuch" not found/],
      ]);
      for (const [line, words] of [
        ["set image deploy/web nginx=nginx:1.26", /image updated/],
        ["set resources deploy web --limits=cpu=100m", /resource requirements updated/],
        ["rollout restart deploy/web", /restarted/],
        ["label deploy web tier=x", /labeled/],
        ['patch deploy web --type=json -p [{"op":"remove","path":"/metadata/labels/tier"}]', /patched/],
        ['patch deploy web --type=merge -p {"spec":{"replicas":1}}', /patched/],
        ["get deploy web -o jsonpath={.spec.replicas}{.spec.template.spec.containers[0].resources.limits.cpu}", /^1100m/],
        ["get svc web -o jsonpath={.spec.ports[0].targetPort}", /^http\[/],
      ] as const)
        await all([[line, words]]);
      await all(
        ["deploy", "svc", "cm", "secret", "sa", "role", "rolebinding", "quota", "job", "ing", "po", "hpa", "ns"].map((kind) => [
          `describe ${kind}`,
          /Name:/,
        ]),
      );
      await all([["delete deploy,svc,cm,job,ing --all", /deployment.apps "web" deleted/]]);
    },
    60_000,
  );
});
