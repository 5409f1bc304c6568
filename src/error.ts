/** Errors that users see: a stable code, what happened, and what to do. Printed in one place (src/cli/main.ts). */

/** Exit statuses of the command line. */
export const exitStatus = {
  ok: 0,
  /** A check failed, or a command on a node whose own status is not passed through. */
  failed: 1,
  /** Wrong usage or specification. */
  usage: 2,
  /** The provider or the host. */
  provider: 3,
  /** An error of Kubemend itself. */
  internal: 4,
} as const;

export interface ErrorFacts {
  /** What to do about it. */
  hint?: string;
  cause?: unknown;
  /** Facts for `--output json`. */
  details?: Record<string, unknown>;
}

export class KubemendError extends Error {
  /** Stable, in kebab case. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(code: string, status: number, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "KubemendError";
    this.code = code;
    this.status = status;
    this.hint = facts.hint;
    this.details = facts.details ?? {};
  }
}

/** Wrong usage, a wrong specification or a wrong lab. */
export const usageError = (code: string, message: string, facts?: ErrorFacts): KubemendError =>
  new KubemendError(code, exitStatus.usage, message, facts);

/** The provider or the host does not do what is needed. */
export const providerError = (code: string, message: string, facts?: ErrorFacts): KubemendError =>
  new KubemendError(code, exitStatus.provider, message, facts);

/** A command on a machine that ended with a status other than 0. */
export class RemoteError extends KubemendError {
  constructor(machine: string, command: string, result: { status: number; stdout: string; stderr: string }, hint?: string) {
    const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
    super(
      "remote-command",
      exitStatus.failed,
      `${machine}: \`${command}\` ended with status ${result.status}${said === "" ? "" : `\n${said}`}`,
      {
        ...(hint === undefined ? {} : { hint }),
        details: { machine, command, ...result },
      },
    );
    this.name = "RemoteError";
  }
}
