/** A simulated world: one clock, some machines on some networks, and the programs that they run. */
import { decode, encode } from "./core/codec.ts";
import type { Obj } from "./core/json.ts";
import { Random, type RandomState } from "./core/random.ts";
import { Timeline, type TimelineState } from "./core/timeline.ts";
import { Turns } from "./core/turns.ts";
import { imageFingerprint } from "./fs/image.ts";
import { Tree, type Image } from "./fs/tree.ts";
import type { Stat, VirtualFs } from "./fs/view.ts";
import type { OpenFile, OpenFlags, Sink } from "./kernel/file.ts";
import { Machine, type MachineState } from "./kernel/machine.ts";
import type { Proc } from "./kernel/proc.ts";
import type { Program } from "./kernel/program.ts";
import type { Network } from "./net/network.ts";

export interface WorldState {
  format: 1;
  seed: string;
  timeline: TimelineState;
  random: RandomState;
  machines: Record<string, MachineState>;
  /** State that belongs to no machine, by layer (networks, the simulated Internet). */
  layers: Record<string, Obj>;
  /** What was asked for and is not simulated, with how often. */
  gaps: Record<string, number>;
  /** When somebody outside last did something to a machine; missing when nobody has yet. */
  lastInput?: number;
  /** Fingerprints of the images that disks lie on: a disk keeps only what differs from its image, so it must be the same one. */
  images?: Record<string, string>;
}

/** A saved world lies on an image that this program builds otherwise. */
class OtherImage extends Error {
  constructor(image: string) {
    super(`it was saved by another version of kubemend, whose image ${image} differs from this one's`);
    this.name = "OtherImage";
  }
}

export interface MachineSpec {
  name: string;
  image: string;
  cpus: number;
  /** MiB. */
  memory: number;
  /** GiB. */
  disk: number;
  /** Private address with prefix length, e.g. 192.168.56.10/24. */
  address: string;
}

/** The layers that a world is made of; `src/sim/assemble.ts` puts the real ones together. */
export interface Layers {
  programs: Iterable<Program>;
  images: Record<string, () => Image>;
  /** Images that are made on demand: root filesystems of containers. */
  findImage?: (name: string) => Image | undefined;
  virtual: Record<string, (machine: Machine) => VirtualFs>;
  /** Opens devices, fifos and sockets; undefined for regular files. */
  openSpecial(p: Proc, path: string, stat: Stat, flags: OpenFlags): OpenFile | undefined;
  openSink(machine: Machine, p: Proc, sink: Sink): OpenFile;
  network(world: World): Network;
  /** First state of a machine's disks (written once, when it is made). */
  install(machine: Machine, spec: MachineSpec): void;
  /** Kernel start: mounts, devices, process 1. */
  boot(machine: Machine): void;
  lostPower(machine: Machine): void;
  /** Throws EAGAIN when the caller may not fork. */
  admit(machine: Machine, parent: Proc | undefined, uid: number): void;
}

export class World {
  readonly state: WorldState;
  readonly timeline: Timeline;
  readonly machines = new Map<string, Machine>();
  readonly network: Network;
  readonly #layers: Layers;
  readonly #programs = new Map<string, Program>();
  readonly #images = new Map<string, Image>();
  readonly #virtual = new Map<string, VirtualFs>();
  readonly #waits = new Map<number, () => void>();
  #nextWait = 1;
  /** Where internal errors are reported; the server logs them. */
  onBug: (machine: string, command: string, error: unknown) => void = () => undefined;

  constructor(layers: Layers, state: WorldState) {
    this.#layers = layers;
    this.state = state;
    this.timeline = new Timeline(state.timeline);
    for (const program of layers.programs) {
      if (this.#programs.has(program.name)) throw new Error(`two programs named ${program.name}`);
      this.#programs.set(program.name, program);
    }
    this.timeline.handle("daemon", ({ machine, data }) => {
      const { pid, boot, event, data: payload } = data as { pid: number; boot: number; event: string; data: never };
      this.machines.get(machine)?.deliver(pid, boot, event, payload);
    });
    this.timeline.handle("power-on", ({ machine }) => this.machines.get(machine)?.powerOn());
    this.timeline.handle("wake", ({ data }) => this.#waits.get(data as number)?.());
    // before anything is resumed: a machine's own image is always there
    for (const machine of Object.values(state.machines)) this.image(machine.image);
    for (const machine of Object.values(state.machines)) this.machines.set(machine.name, new Machine(this, machine));
    this.network = layers.network(this);
    for (const machine of this.machines.values()) if (machine.state.on) machine.resume();
  }

  /** A new world without machines. `now`: virtual start, milliseconds since the epoch. */
  static create(layers: Layers, seed: string, now: number): World {
    return new World(layers, {
      format: 1,
      seed,
      timeline: { now, nextId: 1, entries: [] },
      random: {},
      machines: {},
      layers: {},
      gaps: {},
    });
  }

  /** Throws SyntaxError on damaged text, OtherImage when another version saved it. */
  static load(layers: Layers, snapshot: string): World {
    return new World(layers, decode(snapshot) as WorldState);
  }

  save(): string {
    this.network.count();
    return encode(this.state);
  }

  random(stream: string): Random {
    return new Random(this.state.random, this.state.seed, stream);
  }

  layer<T extends Obj>(name: string, create: () => T): T {
    return (this.state.layers[name] ??= create()) as T;
  }

  addMachine(spec: MachineSpec): Machine {
    const state: MachineState = {
      name: spec.name,
      image: spec.image,
      on: false,
      boot: 0,
      bootedAt: 0,
      cpus: spec.cpus,
      memory: spec.memory,
      hostname: spec.name,
      machineId: this.random(`${spec.name}/machine-id`).hex(32),
      trees: { root: { ...Tree.empty("root", "ext4", spec.disk * 1024 ** 3, spec.image), unseen: 3_900_000_000 } },
      mountNamespaces: { "": [{ dir: "/", source: "root", fstype: "ext4", options: "rw,relatime", root: 1, device: "/dev/sda1" }] },
      procs: {},
      nextPid: 1,
      nextPipe: 10_000,
      watches: [],
      layers: {},
    };
    this.state.machines[spec.name] = state;
    const machine = new Machine(this, state);
    this.machines.set(spec.name, machine);
    this.#layers.install(machine, spec);
    return machine;
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (!machine) throw new Error(`no machine ${name}`);
    return machine;
  }

  // --- time

  /** A promise that is kept `ms` of virtual time from now (lost, like its process, when the world is saved and loaded). */
  wait(ms: number): { done: Promise<void>; cancel: () => void } {
    const id = this.#nextWait++;
    const timer = this.timeline.add(ms, "wake", "", id);
    const done = new Promise<void>((resolve) => this.#waits.set(id, resolve)).finally(() => this.#waits.delete(id));
    return {
      done,
      cancel: () => {
        this.timeline.cancel(timer);
        this.#waits.delete(id);
      },
    };
  }

  /** How many command programs wait for virtual time. */
  get waiting(): number {
    return this.#waits.size;
  }

  /** Programs in the middle of a computation that have given way. */
  readonly #turns = new Turns((run) => void setImmediate(run));

  /** Lets the host's own input, and one runnable program of each group, go on. */
  giveWay(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** A program in the middle of a computation gives way to others; `group`: those that share one processor's time, its cgroup. */
  turnOf(group: string): Promise<void> {
    return this.#turns.take(group);
  }

  /** A command program is about to start: a promise when others are to have their turn first. */
  starting(group: string): Promise<void> | undefined {
    this.ticks++;
    return this.#turns.start(group);
  }

  /** Lets every program go on that an event has woken, up to where it waits again; without a turn for the host's input. */
  #wakened(): Promise<void> {
    // the queue of next ticks is looked at once no promise is left to be settled
    return new Promise((resolve) => process.nextTick(resolve));
  }

  /** Runs everything that is due until `ms` from now. */
  async advance(ms: number): Promise<void> {
    const until = this.timeline.now + ms;
    await this.giveWay();
    for (;;) {
      if (this.commands > 0) {
        if (!(await this.turn(until))) break;
        continue;
      }
      // no command program has to go on: one event after the other, most of them without a promise
      if (!this.timeline.step(until)) break;
      const drained = this.#drain();
      if (drained) await drained;
    }
    this.timeline.moveTo(until);
  }

  /** Runs ahead until `done` holds; false when it did not within `limit` ms of virtual time. */
  async until(done: () => boolean, limit: number): Promise<boolean> {
    const end = this.timeline.now + limit;
    await this.giveWay();
    while (!done()) {
      if (!(await this.turn(end))) {
        this.timeline.moveTo(end);
        return done();
      }
    }
    return true;
  }

  /** One turn: programs that compute go on, otherwise the earliest entry due by `until` runs. False when there is neither. */
  async turn(until: number): Promise<boolean> {
    if (await this.#busy(until)) return true;
    if (!this.timeline.step(until)) return false;
    await this.#drain();
    return true;
  }

  /** Bytes that processes keep: see Proc.hold. */
  held = 0;

  /** Counts Proc.tick: the work of command programs. */
  ticks = 0;
  #busyTurns = 0;
  #passedOver = 0;

  /**
   * Before time jumps, programs that compute get their turns; true while there are any. A few turns take no time; a program
   * that computes for long uses up virtual time as it would use up a processor's, so that an endless loop stops nothing.
   */
  async #busy(until: number): Promise<boolean> {
    const { next, now } = this.timeline;
    if (this.commands === 0 || now >= until || (next !== undefined && next <= now)) return false;
    // what has computed for very long gets a turn at every sixteenth event only: time must not crawl for everybody else
    if (this.#busyTurns > 256 && ++this.#passedOver % 16 !== 0) return false;
    const before = this.ticks;
    await this.#wakened();
    if (this.ticks === before && this.#turns.waiting === 0) {
      this.#busyTurns = 0;
      return false;
    }
    // those who wait get a turn before time may jump; many that compute for long share what some turns give
    const most = this.#busyTurns > 16 ? 8 : 64;
    for (let round = Math.max(1, Math.min(most, this.#turns.longest)); round > 0; round--) await this.giveWay();
    if (this.ticks === before) {
      this.#busyTurns = 0;
      return false;
    }
    if (++this.#busyTurns > 16) this.timeline.moveTo(Math.min(until, now + 10));
    return true;
  }

  #steps = 0;
  /** Command programs that are alive: while there are any, each event is followed by a turn in which they run. */
  commands = 0;
  #drain(): Promise<void> | undefined {
    if (++this.#steps % 64 === 0) return this.giveWay();
    return this.commands > 0 ? this.#wakened() : undefined;
  }

  /** Somebody outside does something to a machine. */
  noteInput(): void {
    this.state.lastInput = this.timeline.now;
  }

  // --- layers

  program(name: string): Program | undefined {
    return this.#programs.get(name);
  }
  image(name: string): Image {
    let image = this.#images.get(name);
    if (!image) {
      image = this.#layers.images[name]?.() ?? this.#layers.findImage?.(name);
      if (!image) throw new Error(`no image ${name}`);
      const known = (this.state.images ??= {})[name];
      const now = imageFingerprint(image);
      if (known !== undefined && known !== now) throw new OtherImage(name);
      this.state.images[name] = now;
      this.#images.set(name, image);
    }
    return image;
  }
  virtualFs(name: string, machine: Machine): VirtualFs {
    const key = `${machine.name}/${name}`;
    let fs = this.#virtual.get(key);
    if (!fs) {
      const make = this.#layers.virtual[name];
      if (!make) throw new Error(`no filesystem ${name}`);
      fs = make(machine);
      this.#virtual.set(key, fs);
    }
    return fs;
  }
  openSpecial(p: Proc, path: string, stat: Stat, flags: OpenFlags): OpenFile | undefined {
    return this.#layers.openSpecial(p, path, stat, flags);
  }
  openSink(machine: Machine, p: Proc, sink: Sink): OpenFile {
    return this.#layers.openSink(machine, p, sink);
  }
  boot(machine: Machine): void {
    this.#layers.boot(machine);
  }
  lostPower(machine: Machine): void {
    this.#layers.lostPower(machine);
  }
  admit(machine: Machine, parent: Proc | undefined, uid: number): void {
    this.#layers.admit(machine, parent, uid);
  }

  // --- honesty

  /** Counts something that is not simulated. */
  gap(_machine: string, command: string, what: string): void {
    const key = `${what}\t${command}`;
    this.state.gaps[key] = (this.state.gaps[key] ?? 0) + 1;
  }
  /** Reports an error of the simulator itself. */
  bug(machine: string, command: string, error: unknown): void {
    this.onBug(machine, command, error);
  }
}
