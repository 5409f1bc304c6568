/** The proxy that a process's environment asks for, by the rules of Go's net/http.ProxyFromEnvironment. */
import type { Proc } from "../kernel/proc.ts";

/** undefined: connect directly. */
export function proxyFor(
  p: Proc,
  target: { scheme: "http" | "https"; host: string; port: number },
): { host: string; port: number } | undefined {
  const { env } = p;
  const value = target.scheme === "https" ? (env.HTTPS_PROXY ?? env.https_proxy) : (env.HTTP_PROXY ?? env.http_proxy);
  if (!value || target.host === "localhost" || target.host.startsWith("127.") || target.host === "::1") return undefined;
  if (excluded(env.NO_PROXY ?? env.no_proxy ?? "", target)) return undefined;
  const m = /^(?:[a-z0-9]+:\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?/i.exec(value);
  return m ? { host: m[1]!.replace(/^\[|\]$/g, ""), port: m[2] ? Number(m[2]) : 80 } : undefined;
}

function excluded(list: string, { host, port }: { host: string; port: number }): boolean {
  return list
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => {
      if (entry === "") return false;
      if (entry === "*") return true;
      if (/^[\d.]+\/\d+$/.test(entry)) return inside(host, entry);
      const [name, only] = entry.split(":") as [string, string?];
      if (only !== undefined && Number(only) !== port) return false;
      if (name.startsWith(".")) return host.toLowerCase().endsWith(name);
      return host.toLowerCase() === name || host.toLowerCase().endsWith(`.${name.replace(/^\*\./, "")}`);
    });
}

function inside(host: string, cidr: string): boolean {
  const number = (ip: string): number | undefined =>
    /^\d+(\.\d+){3}$/.test(ip) ? ip.split(".").reduce((n, b) => n * 256 + Number(b), 0) : undefined;
  const [net, length] = cidr.split("/") as [string, string];
  const [a, b] = [number(host), number(net)];
  if (a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(a / size) === Math.floor(b / size);
}
