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
  /** What kubectl was doing, such as `error when creating "x.yaml": `. */
  readonly doing: string;
  constructor(code: number, body: Obj, message = statusText(body, code), doing = "") {
    super(message);
    this.code = code;
    this.body = body;
    this.doing = doing;
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
export function statusText(body: Obj, code: number, minor = 99): string {
  if (body.reason === "Invalid" && body.details?.kind)
    return `The ${body.details.kind} ${JSON.stringify(body.details.name ?? "")} is invalid${causesText(body)}`;
  // neither kind nor name: the server's own words were left out before 1.21
  if (body.reason === "Invalid") {
    const causes = causesText(body);
    return `The request is invalid${causes || (minor < 21 ? "" : `: ${body.message}`)}`;
  }
  return plainText(body, code);
}

/** StandardErrorMessage, which knows nothing of invalid objects. */
function plainText(body: Obj, code: number, doing = ""): string {
  if (code === 401 || body.reason === "Unauthorized") return "error: You must be logged in to the server (Unauthorized)";
  const reason = body.reason && body.reason !== "Unknown" ? ` (${body.reason})` : "";
  return `Error from server${reason}: ${doing}${body.message}`;
}

/** The same with what kubectl was doing. */
export function when(error: unknown, doing: string): unknown {
  if (!(error instanceof ServerRefusal)) return error;
  const invalid = error.body.reason === "Invalid" && error.body.details?.kind;
  return new ServerRefusal(error.code, error.body, invalid ? error.message : plainText(error.body, error.code, doing), doing);
}

/**
 * The failures of a command that goes on after each of them, as the builder's ContinueOnError does, told together at its end
 * (apimachinery's Aggregate; MultipleErrors of kubectl).
 */
export class Failures {
  readonly #met: (Failure | Failures)[] = [];

  get none(): boolean {
    return this.#met.length === 0;
  }

  /** Those of another, one by one. */
  addAll(others: Failures): void {
    this.#met.push(...others.#met);
  }

  /** Of another, all as one among others. */
  add(failure: Failure | Failures): void {
    if (!(failure instanceof Failures && failure.none)) this.#met.push(failure);
  }

  /** Does it, and keeps the failure that it ends with. What is not simulated ends the command. */
  async during(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.add(error);
    }
  }

  /** Throws them: one as it is, several without the "error: " of one alone. */
  end(): void {
    const [first, ...more] = this.#met;
    if (first === undefined) return;
    if (more.length > 0) throw new Aggregate(this);
    if (first instanceof Failure) throw first;
    first.end();
  }

  /** Throws the first of them, as a command does that goes no further. */
  first(): void {
    const [met] = this.#met;
    if (met instanceof Failures) met.first();
    else if (met) throw met;
  }

  /** Of each, as one among others. */
  get lines(): string[] {
    return this.#met.map(amongOthers);
  }

  get printed(): string {
    return this.#met.map((failure) => failure.printed).join("");
  }

  /** As Go writes an Aggregate. */
  get text(): string {
    const texts = [...new Set(this.#met.map(bare))];
    return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
  }
}

/** Several failures thrown as one. */
class Aggregate extends Failure {
  /** As Go writes them. */
  readonly text: string;
  constructor(failures: Failures) {
    super(failures.lines.join("\n"), 1, failures.printed);
    this.text = failures.text;
  }
}

const amongOthers = (failure: Failure | Failures): string =>
  failure instanceof ServerRefusal ? plainText(failure.body, failure.code, failure.doing) : bare(failure);

function bare(failure: Failure | Failures): string {
  if (failure instanceof Failures || failure instanceof Aggregate) return failure.text;
  return failure instanceof ServerRefusal ? `${failure.doing}${failure.detail}` : failure.message.replace(/^error: /, "");
}

export function transportText(server: string, result: Extract<RawResult, { ok: false }>): string {
  const host = server.replace(/^https?:\/\//, "").split("/")[0]!;
  if (result.message.includes("connection refused"))
    return `The connection to the server ${host} was refused - did you specify the right host or port?`;
  return `Unable to connect to the server: ${result.message}`;
}
