/** What the doors of a machine have in common. */
import type { Socket } from "node:net";

export interface Doorkeeper {
  /** Who comes now waits for it. */
  over(): Promise<unknown> | undefined;
}

/** Lets a client in, unless it has gone meanwhile, once nothing is looked at in the background any more. */
export function letIn(keeper: Doorkeeper, socket: Socket, join: (socket: Socket) => void): void {
  const enter = (): void => {
    if (!socket.destroyed) join(socket);
  };
  const over = keeper.over();
  if (over) void over.then(enter);
  else enter();
}
