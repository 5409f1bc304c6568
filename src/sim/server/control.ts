/** The control socket of a running world: one JSON request a line, answered by id. Loopback only, with a token. */
import { createServer, type Server, type Socket } from "node:net";
import { timingSafeEqual } from "node:crypto";

export type Handler = (params: Record<string, unknown>, caller: { onClose: (call: () => void) => void }) => unknown;

interface Request {
  id: number;
  token: string;
  method: string;
  params?: Record<string, unknown>;
}

export async function listenControl(
  token: string,
  handlerOf: (method: string) => Handler | undefined,
): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => serve(socket, token, handlerOf));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

function serve(socket: Socket, token: string, handlerOf: (method: string) => Handler | undefined): void {
  socket.setNoDelay(true);
  const closers: (() => void)[] = [];
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("error", () => socket.destroy());
  socket.on("close", () => closers.splice(0).forEach((call) => call()));
  socket.on("data", (data: string) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop()!;
    if (rest.length > 1_000_000) return socket.destroy();
    for (const line of lines) void answer(line);
  });
  async function answer(line: string): Promise<void> {
    let request: Request;
    try {
      request = JSON.parse(line) as Request;
    } catch {
      socket.destroy();
      return;
    }
    const given = Buffer.from(String(request.token));
    const wanted = Buffer.from(token);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      socket.destroy();
      return;
    }
    const handler = handlerOf(request.method);
    try {
      if (!handler) throw new Error(`no method ${request.method}`);
      const result = await handler(request.params ?? {}, { onClose: (call) => closers.push(call) });
      socket.write(`${JSON.stringify({ id: request.id, result: result ?? null })}\n`);
    } catch (error) {
      socket.write(`${JSON.stringify({ id: request.id, error: error instanceof Error ? error.message : String(error) })}\n`);
    }
  }
}
