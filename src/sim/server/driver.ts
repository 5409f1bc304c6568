/** Keeps a world's clock in step with the wall clock, or runs it ahead when asked to. */
import type { World } from "../world.ts";

/** The host's time, handed in so that tests can drive it. */
export interface HostClock {
  now(): number;
  /** Calls back once, after `ms` or later; returns a function that cancels. */
  after(ms: number, call: () => void): () => void;
}

/** Virtual milliseconds; further back than this is on purpose. */
const catchUpLimit = 5 * 60_000;

/** Events run before the host's own input gets a turn. */
const batch = 64;

export class Driver {
  readonly #clock: HostClock;
  #world: World;
  #speed: number;
  #anchor: { wall: number; virtual: number };
  #cancel: (() => void) | undefined;
  #stopped = false;
  #running = false;
  /** Callers that want waits inside of programs to take no real time. */
  #hurrying = 0;
  /** Says whether some engine command is waiting for virtual time right now. */
  busy: () => boolean = () => false;
  /** Whether an engine command holds the time. */
  get hurried(): boolean {
    return this.#hurrying > 0;
  }
  /** Called after anything ran. */
  onProgress: () => void = () => undefined;

  constructor(world: World, clock: HostClock, speed = 1) {
    this.#world = world;
    this.#clock = clock;
    this.#speed = speed;
    this.#anchor = { wall: clock.now(), virtual: world.timeline.now };
    world.timeline.onEarlier = () => this.#schedule();
  }

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Puts another world (a restored snapshot) in place. */
  replace(world: World): void {
    this.#world.timeline.onEarlier = undefined;
    this.#world = world;
    world.timeline.onEarlier = () => this.#schedule();
    this.#reanchor();
    this.#schedule();
  }

  /** While held, programs that engine sessions run wait in virtual time only. Returns the release. */
  hurry(): () => void {
    this.#hurrying++;
    this.#schedule();
    let held = true;
    return () => {
      if (held) this.#hurrying--;
      held = false;
      this.#reanchor();
      if (this.#hurrying === 0) this.#catchUp();
    };
  }

  /**
   * What an engine command took of virtual time is less than of real time when the host is slow, and a new world begins a little
   * in the past: the clock is brought to the host's, so that ages and certificates read the same on both sides. A world that was
   * put back by a snapshot stays where it is.
   */
  #catchUp(): void {
    const behind = this.#clock.now() - this.#world.timeline.now;
    if (behind > 0 && behind <= catchUpLimit && !this.#stopped) void this.advance(behind);
  }

  /** Runs `ms` of virtual time ahead at once. */
  async advance(ms: number): Promise<void> {
    await this.#exclusive(async () => {
      await this.#world.advance(ms);
    });
  }

  #waiting: (() => void)[] = [];
  async #exclusive(work: () => Promise<void>): Promise<void> {
    while (this.#running) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running = true;
    try {
      await work();
    } finally {
      this.#running = false;
      this.#reanchor();
      for (const resolve of this.#waiting.splice(0)) resolve();
      this.onProgress();
      this.#schedule();
    }
  }

  #reanchor(): void {
    this.#anchor = { wall: this.#clock.now(), virtual: this.#world.timeline.now };
  }

  #virtualNow(): number {
    return this.#anchor.virtual + (this.#clock.now() - this.#anchor.wall) * this.#speed;
  }

  #schedule(): void {
    if (this.#stopped || this.#running) return;
    this.#cancel?.();
    const next = this.#world.timeline.next;
    if (this.#hurrying > 0) {
      this.#cancel = this.#clock.after(0, () => void this.#step());
      return;
    }
    if (next === undefined) return;
    // setTimeout's limit is 2^31 ms; a day is enough, it is only a wake-up
    const delay = Math.min(86_400_000, Math.max(0, (next - this.#virtualNow()) / this.#speed));
    this.#cancel = this.#clock.after(delay, () => void this.#step());
  }

  async #step(): Promise<void> {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    const { timeline } = this.#world;
    try {
      let did = 0;
      await this.#world.giveWay();
      if (this.#hurrying > 0) {
        while (did < batch && this.busy() && (await this.#world.turn(Number.MAX_SAFE_INTEGER))) did++;
        if (did > 0) this.#reanchor();
        else await new Promise<void>((resolve) => this.#clock.after(1, resolve));
      }
      const due = this.#virtualNow();
      while (did < batch && timeline.step(due)) did++;
      timeline.moveTo(this.#virtualNow());
      if (did > 0) this.onProgress();
    } finally {
      this.#running = false;
      for (const resolve of this.#waiting.splice(0)) resolve();
      this.#schedule();
    }
  }
}
