/** One run of kubeadm: where it prints, which release it is, and how it fails. */
import type { Proc } from "../../kernel/proc.ts";
import { minorOf } from "../control/releases.ts";

/** Ends the command with a message and a status (cmd/kubeadm/app/util/error.go). */
export class KubeadmError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** Several findings of validation: `[a, b]`, or the one alone; status 3. */
export class ValidationError extends KubeadmError {
  constructor(findings: string[]) {
    super(findings.length === 1 ? findings[0]! : `[${findings.join(", ")}]`, 3);
  }
}

export class Context {
  readonly p: Proc;
  readonly minor: number;
  /** -v. */
  verbosity = 0;

  constructor(p: Proc) {
    this.p = p;
    this.minor = minorOf(p.state.version);
  }

  /** With a leading v. */
  get version(): string {
    return `v${this.p.state.version}`;
  }

  async out(line: string): Promise<void> {
    await this.p.out(`${line}\n`);
  }

  async err(line: string): Promise<void> {
    await this.p.err(`${line}\n`);
  }

  /** A klog line: `W1120 22:12:55.261761     311 version.go:101] text`. */
  async klog(level: "I" | "W" | "E", source: string, text: string): Promise<void> {
    const at = new Date(this.p.now).toISOString();
    await this.p.err(
      `${level}${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 23)}000 ${String(this.p.pid).padStart(7)} ${source}] ${text}\n`,
    );
  }

  /** A klog line that shows with -v `level` and higher. */
  async trace(level: number, source: string, text: string): Promise<void> {
    if (this.verbosity >= level) await this.klog("I", source, text);
  }
}
