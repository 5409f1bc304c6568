/** The secure port of controller processes: health over HTTPS with a self-signed certificate. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import type { Incoming } from "../../../net/api.ts";
import { goErrno, serveHttp, type HttpReply } from "../../../net/http.ts";
import { createCertificate, createKey } from "../../../pki/index.ts";
import { klog } from "../../node/klog.ts";

/** Binds the port; ends the process when it cannot. */
export function startServing(p: Proc, address: string, port: number, files?: { cert: string; key: string }): void {
  if (port === 0) return;
  if (files) p.data.serving = p.fs.readText(files.cert);
  else {
    klog(p, "I", "serving.go:386", "Generated self-signed cert in-memory");
    const random = p.machine.random("kube/serving");
    const key = createKey(random);
    p.data.serving = createCertificate({
      subject: { commonName: `localhost@${Math.floor(p.now / 1000)}` },
      spki: key.spki,
      keyPem: key.privatePem,
      usages: ["serverAuth"],
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      notBefore: p.now - 3_600_000,
      notAfter: p.now + 365 * 86_400_000,
      serial: Uint8Array.of(2),
    });
  }
  try {
    p.net.listen("tcp", address, port);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const shown = address.includes(":") ? `[${address}]` : address;
    p.log(`failed to create listener: failed to listen on ${shown}:${port}: listen tcp ${shown}:${port}: bind: ${goErrno(error.code)}`);
    p.exit(1);
  }
  klog(p, "I", "secure_serving.go:213", `Serving securely on ${address}:${port}`);
}

export function serveHealth(p: Proc, incoming: Incoming, healthy: () => boolean): HttpReply {
  return serveHttp(p, incoming, { certificate: p.data.serving as string, clientAuth: "request" }, (request) => {
    const path = request.path.split("?")[0];
    const text = (status: number, body: string): { status: number; headers: Record<string, string>; body: string } => ({
      status,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body,
    });
    if (path === "/healthz" || path === "/livez" || path === "/readyz")
      return healthy()
        ? text(200, "ok")
        : text(500, "internal server error: leaderElection: failed election to renew leadership on lease\n");
    if (path === "/metrics" || path?.startsWith("/debug") || path === "/configz")
      return text(501, `kubemend: not simulated: ${path} of ${p.name}\n`);
    return text(403, "Forbidden\n");
  });
}
