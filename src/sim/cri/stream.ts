/** Streams of a command that runs in a container: pipes whose other ends are a connection's. */
import { OpenFile, type Bytes } from "../kernel/file.ts";
import type { Proc } from "../kernel/proc.ts";

/** The read end of a pipe that a connection writes into. */
export class InputPipe extends OpenFile {
  readonly kind = "pipe";
  readonly path = "pipe:[0]";
  readonly #chunks: Bytes[] = [];
  #ended = false;
  readonly #waiting: (() => void)[] = [];

  push(bytes: Bytes | undefined): void {
    if (bytes === undefined) this.#ended = true;
    else this.#chunks.push(bytes);
    for (const wake of this.#waiting.splice(0)) wake();
  }
  override async read(max: number, p: Proc): Promise<Bytes> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return new Uint8Array();
      await p.block(new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
    const chunk = this.#chunks[0]!;
    if (chunk.length > max) this.#chunks[0] = chunk.subarray(max);
    else this.#chunks.shift();
    return chunk.subarray(0, max);
  }
}

/** The write end of a pipe that a connection reads. */
export class OutputPipe extends OpenFile {
  readonly kind = "pipe";
  readonly path = "pipe:[0]";
  readonly #to: (bytes: Bytes) => void;
  constructor(to: (bytes: Bytes) => void) {
    super();
    this.#to = to;
  }
  override write(data: Bytes): void {
    this.#to(new Uint8Array(data));
  }
}
