/** Unix stream sockets of each machine: found through the inode of their socket file. */
import { Errno } from "../core/errno.ts";
import type { Proc } from "../kernel/proc.ts";
import type { Connected } from "./api.ts";
import type { Network } from "./network.ts";
import type { EndState, UnixSocketState } from "./state.ts";

export class UnixSockets {
  readonly #network: Network;
  constructor(network: Network) {
    this.#network = network;
  }

  list(p: Pick<Proc, "machine">): UnixSocketState[] {
    return Object.values(this.#network.layer(p.machine).unix);
  }

  listen(p: Proc, path: string): number {
    if (p.fs.tryStat(path, false)) throw new Errno("EADDRINUSE", path);
    p.fs.mknod(path, "socket", 0o777);
    const at = p.fs.locate(path)!;
    const id = this.#network.nextId();
    this.#network.layer(p.machine).unix[id] = { id, path, tree: at.tree, ino: at.ino, pid: p.pid, uid: p.uid };
    return id;
  }

  connect(p: Proc, path: string): Connected {
    const s = p.fs.tryStat(path);
    if (!s) return { ok: false, code: "ENOENT", after: 0 };
    if (!p.fs.access(path, 2)) return { ok: false, code: "EACCES", after: 0 };
    const at = p.fs.locate(path);
    const socket = this.list(p).find((u) => u.tree === at?.tree && u.ino === at.ino && p.machine.procs.has(u.pid));
    if (!socket) return { ok: false, code: "ECONNREFUSED", after: 0 };
    const end = (pid: number, uid: number): EndState => ({
      machine: p.machine.name,
      netns: "",
      pid,
      uid,
      ip: 0,
      port: 0,
      peerIp: 0,
      peerPort: 0,
      state: "ESTAB",
      mode: "serve",
      inbox: [],
      queue: [],
      tries: 0,
    });
    const id = this.#network.nextId();
    this.#network.tcp.add({ id, transport: "unix", path: socket.path, ends: [end(p.pid, p.uid), end(socket.pid, socket.uid)] });
    return { ok: true, conn: id, local: { ip: "", port: 0 } };
  }

  close(p: Pick<Proc, "machine">, id: number): boolean {
    const { unix } = this.#network.layer(p.machine);
    if (!unix[id]) return false;
    delete unix[id];
    return true;
  }

  closeProcess(p: Proc): void {
    for (const socket of this.list(p)) if (socket.pid === p.pid) this.close(p, socket.id);
  }
}
