/** The background process of one simulated cluster: `node main.js STATE-FOLDER`. It outlives the command that started it. */
import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { join } from "node:path";
import { layers } from "../assemble.ts";
import type { Look } from "../../watch.ts";
import { World, type MachineSpec } from "../world.ts";
import { listenApi } from "./api.ts";
import { listenControl, type Handler } from "./control.ts";
import { Driver, type HostClock } from "./driver.ts";
import { Looks } from "./looks.ts";
import { installedVersion } from "../../root.ts";
import { claimState, ownerFile } from "./owner.ts";
import { settle } from "./settle.ts";
import { listenSsh, type SshHost } from "./ssh.ts";
import { Store } from "./store.ts";
import { traceText } from "./trace.ts";

/** What to build when there is no snapshot; written by the provider as world.json. */
export interface WorldDescription {
  name: string;
  seed: string;
  /** Line for ~vagrant/.ssh/authorized_keys. */
  authorizedKey: string;
  machines: MachineSpec[];
  /** Virtual seconds a wall second. */
  speed: number;
}

/** How the command line finds the process; written as server.json when it is ready. */
export interface ServerFile {
  pid: number;
  port: number;
  token: string;
  /** SSH port on loopback by machine. */
  ssh: Record<string, number>;
  /** Loopback port that leads to the API server port of a machine. */
  api: Record<string, number>;
  /** What was wrong with the last snapshot, if anything. */
  damaged: string[];
  /** true when there was no snapshot to go on from: the machines are new. */
  made: boolean;
  /** Of kubemend. */
  version: string;
}

/** Milliseconds after which something that a person did is on the disk (two seconds are promised). */
const saveAfter = 1500;
/** Milliseconds more while somebody waits for an engine command, which saving would hold up. */
const saveLater = 350;
/** The same for what the cluster does by itself: it would do it again. */
const saveIdleAfter = 10_000;

/** What may be asked while something is looked at in the background; all else waits for its end. */
const meanwhile = new Set(["status", "watch-outcome", "save", "stop"]);

async function main(dir: string): Promise<void> {
  const log = (text: string): void => {
    try {
      appendFileSync(join(dir, "server.log"), `${new Date().toISOString()} ${text}\n`);
    } catch {
      // a full disk must not end the world
    }
  };
  const description = JSON.parse(readFileSync(join(dir, "world.json"), "utf8")) as WorldDescription;
  const store = new Store(dir);
  const { world: first, damaged, made } = obtain(description, store, log);
  let world = first;
  adopt(world);

  const clock: HostClock = {
    now: () => performance.timeOrigin + performance.now(),
    after: (ms, call) => {
      // setTimeout's one millisecond at least is too long when running ahead
      if (ms <= 0) {
        const immediate = setImmediate(call);
        return () => clearImmediate(immediate);
      }
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
  const driver = new Driver(world, clock, description.speed);
  const host: SshHost = {
    world: () => world,
    sessions: new Set(),
    touched: () => touch(),
    hurried: () => driver.hurried,
    over: () => looks.over,
  };
  const looks = new Looks(host, driver, clock, { user: "vagrant", key: description.authorizedKey.split(" ")[1]! });
  driver.busy = () => [...host.sessions].some((session) => !session.starved && !session.proc.status);

  // --- saving: soon after a change, never after each
  let dirty = true;
  let saving: { timer: NodeJS.Timeout; at: number } | undefined;
  let complained = "";
  /** Engine commands that look at machines, and somebody waits for them. */
  let watching = 0;
  const saveNow = (): void => {
    clearTimeout(saving?.timer);
    saving = undefined;
    if (dirty) saveText(world.save());
  };
  const saveText = (text: string): void => {
    clearTimeout(saving?.timer);
    saving = undefined;
    // somebody has removed or moved the folder: nobody finds this process any more
    if (!existsSync(ownerFile(dir))) process.exit(0);
    try {
      store.saveRunning(text);
      dirty = false;
      complained = "";
    } catch (error) {
      const complaint = `cannot save the running state: ${error instanceof Error ? error.message : String(error)}`;
      if (complaint !== complained) log(complaint);
      complained = complaint;
    }
  };
  const saveWithin = (ms: number): void => {
    dirty = true;
    const at = clock.now() + ms;
    if (saving && saving.at <= at) return;
    clearTimeout(saving?.timer);
    saving = { at, timer: setTimeout(saveWhenQuiet, ms) };
  };
  const saveWhenQuiet = (): void => {
    if (saving && (driver.hurried || watching > 0) && clock.now() < saving.at + saveLater) saving.timer = setTimeout(saveWhenQuiet, 50);
    else saveNow();
  };
  const touch = (): void => saveWithin(saveAfter);
  // an engine command is saved as a whole, when it ends: it can be given again
  driver.onProgress = () => saveWithin(!driver.hurried && (world.commands > 0 || host.sessions.size > 0) ? saveAfter : saveIdleAfter);

  function adopt(next: World): void {
    next.onBug = (machine, command, error) =>
      log(`internal error on ${machine} in ${command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  // --- doors
  const earlier = readServerFile(dir);
  const servers: Server[] = [];
  const drops: (() => void)[] = [];
  const ssh: Record<string, number> = {};
  const api: Record<string, number> = {};
  for (const { name, address } of description.machines) {
    const key = readFileSync(join(dir, `host_key_${name}`), "utf8");
    const door = await withFallback(earlier?.ssh[name] ?? 0, (port) => listenSsh(host, name, key, port));
    servers.push(door.server);
    drops.push(door.drop);
    ssh[name] = door.port;
    const front = await withFallback(earlier?.api[name] ?? 0, (port) => listenApi(host, name, address.split("/")[0]!, port));
    servers.push(front.server);
    drops.push(front.drop);
    api[name] = front.port;
  }

  const put = (next: World): void => {
    for (const drop of drops) drop();
    looks.drop();
    host.sessions.clear();
    world = next;
    adopt(next);
    driver.replace(next);
    touch();
  };

  const handlers: Record<string, Handler> = {
    status: () => ({
      now: world.timeline.now,
      machines: [...world.machines.values()].map((m) => ({ name: m.name, on: m.state.on, bootedAt: m.state.bootedAt })),
      gaps: world.state.gaps,
      damaged,
      lastInput: world.state.lastInput,
      rss: process.memoryUsage().rss,
      unsaved: complained,
    }),
    hurry: (_params, caller) => {
      const release = driver.hurry();
      caller.onClose(() => {
        release();
        touch();
      });
      return true;
    },
    advance: async (params) => {
      await driver.advance(Number(params.ms));
      return { now: world.timeline.now };
    },
    settle: async (params) => settle(() => world, driver, params.ms === undefined ? undefined : Number(params.ms)),
    watch: async (params, caller) => {
      let gone = false;
      caller.onClose(() => (gone = true));
      watching++;
      try {
        return await looks.look(params.groups as Look[][], params.since as number | undefined, () => gone);
      } finally {
        watching--;
      }
    },
    "watch-begin": (params) => {
      // whoever asked has done with it: it must not have to be done again
      saveNow();
      looks.begin(params.groups as Look[][], () => {
        const text = world.save();
        store.save(String(params.snapshot), text);
        saveText(text);
      });
      return true;
    },
    "watch-outcome": () => looks.outcome(),
    "note-input": () => {
      world.noteInput();
      return true;
    },
    power: (params) => {
      world.noteInput();
      for (const machine of world.machines.values()) {
        if (params.machine !== undefined && params.machine !== machine.name) continue;
        if (params.on === true) machine.powerOn();
        else machine.powerOff();
      }
      touch();
      return true;
    },
    // after a boot: runs ahead until every machine that is on lets sessions in; false when one does not within two minutes
    "await-ssh": async () => {
      const answers = (): boolean =>
        [...world.machines.values()].every((m) => {
          if (!m.state.on) return true;
          const met = world.network.fromHost(m.name, 22);
          if (met.ok) world.network.shutFromHost(met.conn);
          return met.ok;
        });
      for (let waited = 0; !answers(); waited += 100) {
        if (waited > 120_000) return false;
        await driver.advance(100);
      }
      return true;
    },
    "snapshot-save": (params) => {
      store.save(String(params.name), world.save());
      return true;
    },
    "snapshot-restore": (params) => {
      const next = World.load(layers(), store.load(String(params.name)));
      // the clock of a restored world goes on from where the snapshot was taken: certificates and leases stay valid
      put(next);
      return { now: next.timeline.now };
    },
    "snapshot-list": () => store.list(),
    "snapshot-delete": (params) => store.delete(String(params.name)),
    trace: (params) => traceText(world, String(params.from), String(params.to)),
    save: () => {
      saveNow();
      return { unsaved: complained };
    },
    stop: () => {
      setTimeout(() => finish(0), 5);
      return true;
    },
  };
  const token = randomBytes(24).toString("base64url");
  const control = await listenControl(token, (method) => {
    const handler = handlers[method];
    if (!handler || meanwhile.has(method)) return handler;
    return async (params, caller) => {
      await looks.over;
      return handler(params, caller);
    };
  });
  servers.push(control.server);

  const finish = (status: number): void => {
    driver.stop();
    saveNow();
    rmSync(join(dir, "server.json"), { force: true });
    process.exit(status);
  };
  process.on("SIGTERM", () => finish(0));
  process.on("SIGINT", () => finish(0));
  process.on("uncaughtException", (error) => log(`uncaught: ${error.stack ?? error.message}`));
  process.on("unhandledRejection", (error) => log(`unhandled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`));

  driver.start();
  saveNow();
  const file: ServerFile = { pid: process.pid, port: control.port, token, ssh, api, damaged, made, version: installedVersion() };
  writeFileSync(join(dir, "server.json.new"), JSON.stringify(file), { mode: 0o600 });
  renameSync(join(dir, "server.json.new"), join(dir, "server.json"));
  rmSync(join(dir, "ports.json"), { force: true });
  writeFileSync(join(dir, "ports.json"), JSON.stringify({ ssh, api }));
}

/** The last whole snapshot, or a new world. */
function obtain(
  description: WorldDescription,
  store: Store,
  log: (text: string) => void,
): { world: World; damaged: string[]; made: boolean } {
  const loaded = store.loadRunning((text) => World.load(layers(), text));
  const damaged = (loaded?.damaged ?? []).map((d) => `${d.file}: ${d.reason}; kept as ${d.keptAs}`);
  for (const text of damaged) log(`damaged snapshot: ${text}`);
  if (loaded?.state) return { world: loaded.state, damaged, made: false };
  // a little in the past: what the bring-up takes in virtual time then ends near the present
  const world = World.create(layers(), description.seed, Date.now() - 100_000);
  for (const spec of description.machines) {
    const machine = world.addMachine(spec);
    const fs = machine.rootFs();
    fs.mkdirp("/home/vagrant/.ssh", 0o700);
    fs.write("/home/vagrant/.ssh/authorized_keys", `${description.authorizedKey}\n`, { mode: 0o600 });
    for (const path of ["/home/vagrant/.ssh", "/home/vagrant/.ssh/authorized_keys"]) fs.chown(path, 1000, 1000);
    machine.powerOn();
  }
  return { world, damaged, made: true };
}

/** Ports and keys of the run before, so that an ssh_config and known_hosts stay true. */
function readServerFile(dir: string): Pick<ServerFile, "ssh" | "api"> | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, "ports.json"), "utf8")) as Pick<ServerFile, "ssh" | "api">;
  } catch {
    return undefined;
  }
}

async function withFallback<T>(port: number, listen: (port: number) => Promise<T>): Promise<T> {
  try {
    return await listen(port);
  } catch (error) {
    // somebody else has the port of the last run by now
    if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return listen(0);
  }
}

const dir = process.argv[2];
if (dir === undefined) {
  process.stderr.write("usage: main.js STATE-FOLDER\n");
  process.exit(2);
}
// two processes on one folder would overwrite each other's world
if (!claimState(dir)) {
  process.stderr.write(`another process works on ${dir}\n`);
  process.exit(3);
}
void main(dir).catch((error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  writeFileSync(join(dir, "server.failed"), text);
  process.exit(1);
});
