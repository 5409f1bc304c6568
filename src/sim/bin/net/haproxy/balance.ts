/** Which server gets a connection (lb_fwrr.c, lb_fwlc.c, lb_map.c). */
import type { Proxy, Server } from "./settings.ts";
import { keyOf, type WorkerState } from "./state.ts";

export function usable(s: WorkerState, backend: Proxy): Server[] {
  const up = (server: Server): boolean =>
    server.weight > 0 && (!server.check || s.servers[keyOf(backend.name, server.name)]!.health >= server.rise);
  const active = backend.servers.filter((server) => !server.backup && up(server));
  return active.length > 0 ? active : backend.servers.filter((server) => server.backup && up(server)).slice(0, 1);
}

/** undefined: no server is up. `not`: one that has just failed. */
export function choose(s: WorkerState, backend: Proxy, client: string, not?: string): Server | undefined {
  const all = usable(s, backend);
  const servers = all.filter((server) => server.name !== not);
  if (servers.length === 0) return all[0];
  switch (backend.balance) {
    case "first":
      return servers[0];
    case "leastconn": {
      const load = (server: Server): number => s.servers[keyOf(backend.name, server.name)]!.current / server.weight;
      return servers.reduce((best, server) => (load(server) < load(best) ? server : best));
    }
    case "source": {
      const hash = client.split(".").reduce((n, byte) => n + Number(byte), 0);
      const slots = servers.flatMap((server) => Array.from({ length: server.weight }, () => server));
      return slots[hash % slots.length];
    }
    case "roundrobin": {
      const slots = servers.flatMap((server) => Array.from({ length: server.weight }, () => server));
      const turn = s.turns[backend.name] ?? 0;
      s.turns[backend.name] = turn + 1;
      return slots[turn % slots.length];
    }
  }
}
