/** Messages of the container runtime interface (k8s.io/cri-api runtime.v1) over containerd's socket. */
import type { Obj } from "../core/json.ts";
import { StacklessError } from "../core/stackless.ts";

export type GrpcCode =
  | "Unknown"
  | "NotFound"
  | "Unavailable"
  | "Unimplemented"
  | "DeadlineExceeded"
  | "InvalidArgument"
  | "FailedPrecondition"
  | "AlreadyExists"
  | "Canceled";

export interface CriRequest {
  type: "cri";
  /** Present on calls that are answered later by a message `{id, …}` on the same connection. */
  id?: number;
  method: string;
  request: Obj;
}

export type CriReply = { ok: true; id?: number; response: Obj } | { ok: false; id?: number; code: GrpcCode; message: string };

/** An error as gRPC's Go client prints it. */
export const rpcError = (reply: { code: string; message: string }): string => `rpc error: code = ${reply.code} desc = ${reply.message}`;

/** A failed CRI method. */
export class CriError extends StacklessError {
  readonly code: GrpcCode;
  constructor(code: GrpcCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The two ends of a command's streams inside a container (CRI Exec and Attach). Lives in memory only, as the connection does. */
export interface ExecStream {
  /** Bytes from the client; undefined is the end of its input. */
  input(bytes: Uint8Array | undefined): void;
  /** Called with what the command writes (2 only without a terminal). Set before the first event. */
  onOutput: (fd: 1 | 2, bytes: Uint8Array) => void;
  resize(cols: number, rows: number): void;
  /** The command's exit status. */
  readonly exited: Promise<number>;
  /** The client has gone away. */
  close(): void;
}
