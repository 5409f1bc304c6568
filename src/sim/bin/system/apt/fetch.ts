/** Downloads of apt's methods http and https: redirects, retries of none, and the messages of each failure. */
import type { Proc } from "../../../kernel/proc.ts";
import { httpCall } from "../../../net/http.ts";

export type Fetched = { ok: true; url: string; body: string; size: number } | { ok: false; message: string; status?: number; url: string };

/** apt's Acquire::http::Timeout. */
const timeout = 30_000;
/** Bytes a millisecond. */
const bandwidth = 12_500;

export async function fetchUrl(p: Proc, url: string): Promise<Fetched> {
  let at = url;
  for (let hop = 0; hop < 10; hop++) {
    const result = httpCall(p, { url: at, headers: { "user-agent": "Debian APT-HTTP/1.3 (2.8.3)" } });
    await p.sleep(Math.min(result.after, timeout));
    const host = new URL(at).host;
    if (!result.ok) {
      if (result.phase === "resolve")
        return {
          ok: false,
          url: at,
          message: result.code === "EAI_AGAIN" ? `Temporary failure resolving '${host}'` : `Could not resolve '${host}'`,
        };
      if (result.phase === "tls")
        return {
          ok: false,
          url: at,
          message: `Certificate verification failed: The certificate is NOT trusted. The certificate issuer is unknown.  Could not handshake: Error in the certificate verification. [IP: ${result.remote?.ip ?? ""} 443]`,
        };
      const where = `${host}:${at.startsWith("https") ? 443 : 80}`;
      const ip = result.tried?.[0]?.ip ?? result.remote?.ip ?? "";
      if (result.code === "ETIMEDOUT")
        return { ok: false, url: at, message: `Could not connect to ${where} (${ip}), connection timed out` };
      const words: Record<string, string> = {
        ECONNREFUSED: "111: Connection refused",
        ENETUNREACH: "101: Network is unreachable",
        EHOSTUNREACH: "113: No route to host",
      };
      const why = words[result.code];
      return {
        ok: false,
        url: at,
        message: why
          ? `Could not connect to ${where} (${ip}). - connect (${why})`
          : `Connection failed [IP: ${ip} ${at.startsWith("https") ? 443 : 80}]`,
      };
    }
    const { response } = result;
    if (response.status >= 300 && response.status < 400 && response.headers.location) {
      at = new URL(response.headers.location, at).toString().replace(/%3A/g, ":");
      continue;
    }
    if (response.status !== 200) {
      const words: Record<number, string> = {
        403: "403  Forbidden",
        404: "404  Not Found",
        500: "500  Internal Server Error",
        503: "503  Service Unavailable",
      };
      return {
        ok: false,
        url: at,
        status: response.status,
        message: `${words[response.status] ?? response.status} [IP: ${result.remote.ip} ${result.remote.port}]`,
      };
    }
    const body = typeof response.body === "string" ? response.body : Buffer.from(response.body).toString("utf8");
    const size = Number(response.headers["x-size"] ?? Buffer.byteLength(body));
    await p.sleep(40 + size / bandwidth);
    return { ok: true, url: at, body, size };
  }
  return { ok: false, url: at, message: "Redirection loop encountered" };
}

/** apt's SizeToStr with its unit: `1,227 B`, `12.4 kB`, `87.4 MB`. */
export function sizeText(bytes: number): string {
  const units = ["", "k", "M", "G", "T"];
  let n = bytes;
  for (const unit of units) {
    if (n < 100 && unit !== "") return `${n.toFixed(1)} ${unit}B`;
    if (n < 10_000) return `${Math.round(n).toLocaleString("en-US")} ${unit}B`;
    n /= 1000;
  }
  return `${Math.round(n)} TB`;
}
