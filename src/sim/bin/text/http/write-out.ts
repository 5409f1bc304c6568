/** curl's --write-out variables. */
import type { Transferred } from "./transfer.ts";

export interface Facts {
  url: string;
  method: string;
  redirects: number;
  redirect: string;
  result: Transferred;
  began: number;
  now: number;
  exit: number;
  error: string;
}

export function writeOut(format: string, f: Facts): { out: string; err: string } {
  const to = { out: "", err: "" };
  let stream: "out" | "err" = "out";
  for (let i = 0; i < format.length; i++) {
    const c = format[i]!;
    if (c === "%" && format[i + 1] === "%") {
      to[stream] += "%";
      i++;
    } else if (c === "%" && format[i + 1] === "{") {
      const end = format.indexOf("}", i);
      if (end < 0) {
        to[stream] += "%{";
        i++;
        continue;
      }
      const name = format.slice(i + 2, end);
      i = end;
      if (name === "stderr") stream = "err";
      else if (name === "stdout") stream = "out";
      else if (name === "onerror") {
        if (f.exit === 0) return to;
      } else to[stream] += variable(name, f);
    } else if (c === "\\") {
      const next = format[++i] ?? "";
      to[stream] += ({ n: "\n", t: "\t", r: "\r", "\\": "\\" } as Record<string, string>)[next] ?? `\\${next}`;
    } else to[stream] += c;
  }
  return to;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(6);

function variable(name: string, f: Facts): string {
  const { result: r } = f;
  switch (name) {
    case "http_code":
    case "response_code":
      return r.ok ? String(r.response.status).padStart(3, "0") : "000";
    case "http_connect":
      return "000";
    case "http_version":
      return r.ok ? (r.secure ? "2" : "1.1") : "0";
    case "content_type":
      return r.ok ? (r.response.headers["content-type"] ?? "") : "";
    case "size_download":
      return String(r.ok ? r.body.length : 0);
    case "speed_download":
      return String(r.ok ? Math.round((r.body.length * 1000) / Math.max(1, f.now - f.began)) : 0);
    case "size_upload":
    case "speed_upload":
    case "num_retries":
      return "0";
    case "num_connects":
      return r.ok ? "1" : "0";
    case "num_redirects":
      return String(f.redirects);
    case "redirect_url":
      return f.redirect;
    case "url":
    case "url_effective":
    case "urle.effective":
      return f.url.replace(/^(https?:\/\/[^/?]+)$/, "$1/");
    case "method":
      return f.method;
    case "scheme":
      return f.url.split(":")[0]!.toLowerCase();
    case "remote_ip":
      return r.remote?.ip ?? "";
    case "remote_port":
      return String(r.remote?.port ?? 0);
    case "local_ip":
      return r.ok ? r.local.ip : "";
    case "local_port":
      return r.ok ? String(r.local.port) : "0";
    case "time_total":
      return seconds(f.now - f.began);
    case "time_connect":
    case "time_appconnect":
      return seconds(r.ok ? r.connectMs : 0);
    case "time_namelookup":
    case "time_pretransfer":
    case "time_redirect":
      return seconds(0);
    case "time_starttransfer":
      return seconds(r.ok ? r.totalMs : 0);
    case "ssl_verify_result":
      return r.ok || r.phase !== "tls" || r.code !== "X509" ? "0" : "20";
    case "exitcode":
      return String(f.exit);
    case "errormsg":
      return f.error;
    default:
      return "";
  }
}
