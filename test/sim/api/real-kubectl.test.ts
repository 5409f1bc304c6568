import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { handleRest, servingCertificate } from "../../../src/sim/kube/apiserver/front.ts";
import { kubeconfig, pki, useApi, type Cluster } from "./support.ts";

const binaries = [process.env.KUBEMEND_KUBECTL ?? "", "/usr/bin/kubectl", "/usr/local/bin/kubectl"]
  .filter((path) => existsSync(path))
  .slice(0, 1);
if (binaries.length === 0 && process.env.CI) throw new Error("kubectl is missing: install the package kubernetes-client");

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
});
