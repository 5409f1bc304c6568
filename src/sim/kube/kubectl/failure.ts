/** How kubectl reports what went wrong: k8s.io/kubectl/pkg/cmd/util/helpers.go (StandardErrorMessage, checkErr). */
import type { Obj } from "../../core/json.ts";
import type { RawResult } from "../client.ts";

/** Ends the command with a text on stderr and a status. */
export class Failure extends Error {
  readonly status: number;
  /** What was written to stdout before. */
  readonly printed: string;
  constructor(message: string, status = 1, printed = "") {
    super(message);
    this.printed = printed;
    this.name = "Failure";
    this.status = status;
  }
}

/** A refusal of the server. */
export class ServerRefusal extends Failure {
  readonly body: Obj;
  readonly code: number;
  constructor(code: number, body: Obj, message = statusText(body, code)) {
    super(message);
    this.code = code;
    this.body = body;
  }
  get reason(): string {
    return String(this.body.reason ?? "");
  }
  get detail(): string {
    return String(this.body.message ?? "");
  }
}

export class TransportFailure extends Failure {}

function causesText(body: Obj): string {
  const causes = [
    ...new Set(((body.details?.causes ?? []) as Obj[]).map((c) => (c.field ? `${c.field}: ${c.message}` : String(c.message)))),
  ];
  if (causes.length === 0) return "";
  if (causes.length === 1) return `: ${causes[0]}`;
  return `: \n${causes.map((c) => `* ${c}`).join("\n")}`;
}

/** `minor`: of kubectl. */
export function statusText(body: Obj, code: number, prefix = "", minor = 99): string {
  if (body.reason === "Invalid" && body.details?.kind)
    return `The ${body.details.kind} ${JSON.stringify(body.details.name ?? "")} is invalid${causesText(body)}`;
  // neither kind nor name: the server's own words were left out before 1.21
  if (body.reason === "Invalid") {
    const causes = causesText(body);
    return `The request is invalid${causes || (minor < 21 ? "" : `: ${body.message}`)}`;
  }
  if (code === 401 || body.reason === "Unauthorized") return "error: You must be logged in to the server (Unauthorized)";
  const reason = body.reason && body.reason !== "Unknown" ? ` (${body.reason})` : "";
  return `Error from server${reason}: ${prefix}${body.message}`;
}

/** The same with what kubectl was doing: `error when creating "x.yaml": `. */
export function when(error: unknown, prefix: string): unknown {
  if (error instanceof ServerRefusal) {
    if (error.body.reason === "Invalid" && error.body.details?.kind) return error;
    return new ServerRefusal(error.code, error.body, statusText(error.body, error.code, prefix));
  }
  return error;
}

export function transportText(server: string, result: Extract<RawResult, { ok: false }>): string {
  const host = server.replace(/^https?:\/\//, "").split("/")[0]!;
  if (result.message.includes("connection refused"))
    return `The connection to the server ${host} was refused - did you specify the right host or port?`;
  return `Unable to connect to the server: ${result.message}`;
}
