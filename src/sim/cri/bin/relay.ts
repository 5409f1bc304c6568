/** A client's end of a command's streams (crictl exec, docker run and exec). */
import type { Proc } from "../../kernel/proc.ts";
import type { ExecStream } from "../messages.ts";

/** Carries the streams of this process to a command in a container and back, to its end. */
export async function relay(p: Proc, stream: ExecStream, stdin: boolean): Promise<number> {
  const pending: Promise<void>[] = [];
  stream.onOutput = (fd, bytes) => void pending.push(p.write(fd, bytes).catch(() => undefined));
  if (stdin)
    void (async () => {
      for (;;) {
        const bytes = await p.read(0);
        stream.input(bytes.length === 0 ? undefined : bytes);
        if (bytes.length === 0) return;
      }
    })().catch(() => undefined);
  try {
    const status = await p.block(stream.exited);
    await Promise.all(pending);
    return status;
  } finally {
    stream.close();
  }
}
