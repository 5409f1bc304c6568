/** The one clock and event queue of a world. An entry is data: what happens is looked up by its kind. */
import type { Data } from "./json.ts";

export interface TimelineEntry {
  /** Virtual time, milliseconds since the epoch. */
  at: number;
  /** Order of insertion: ties run first in, first out; also the handle for cancelling. */
  id: number;
  kind: string;
  machine: string;
  data: Data;
}

export interface TimelineState {
  now: number;
  nextId: number;
  entries: TimelineEntry[];
}

export type TimelineHandler = (entry: TimelineEntry) => void;

export class Timeline {
  readonly state: TimelineState;
  readonly #handlers = new Map<string, TimelineHandler>();
  readonly #byId = new Map<number, TimelineEntry>();
  /** Called whenever an entry that is due earlier than all others is added (the driver may be asleep). */
  onEarlier: (() => void) | undefined;

  constructor(state: TimelineState) {
    this.state = state;
    for (const entry of state.entries) this.#byId.set(entry.id, entry);
  }

  get now(): number {
    return this.state.now;
  }

  /** When the next entry is due, or undefined when nothing is queued. */
  get next(): number | undefined {
    return this.state.entries[0]?.at;
  }

  handle(kind: string, handler: TimelineHandler): void {
    if (this.#handlers.has(kind)) throw new Error(`timeline: two handlers for ${kind}`);
    this.#handlers.set(kind, handler);
  }

  /** Queues an entry `delay` milliseconds from now and returns its id. */
  add(delay: number, kind: string, machine: string, data: Data = null): number {
    const entry: TimelineEntry = { at: this.state.now + Math.max(0, delay), id: this.state.nextId++, kind, machine, data };
    const list = this.state.entries;
    list.push(entry);
    this.#byId.set(entry.id, entry);
    let i = list.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(list[parent]!, entry)) break;
      list[i] = list[parent]!;
      i = parent;
    }
    list[i] = entry;
    if (i === 0) this.onEarlier?.();
    return entry.id;
  }

  cancel(id: number): boolean {
    const entry = this.#byId.get(id);
    if (!entry) return false;
    // a cancelled entry stays in the heap under a kind that nobody handles, and is dropped when it surfaces
    entry.kind = "";
    entry.data = null;
    this.#byId.delete(id);
    return true;
  }

  pending(id: number): TimelineEntry | undefined {
    return this.#byId.get(id);
  }

  /** Moves the clock; never backwards, never past an entry that is due. */
  moveTo(time: number): void {
    const limit = this.next;
    const target = limit === undefined ? time : Math.min(time, limit);
    if (target > this.state.now) this.state.now = target;
  }

  /** Runs the earliest entry if it is due at or before `until`. */
  step(until: number): boolean {
    for (;;) {
      const entry = this.state.entries[0];
      if (!entry || entry.at > until) return false;
      this.#removeFirst();
      if (entry.kind === "") continue;
      this.#byId.delete(entry.id);
      if (entry.at > this.state.now) this.state.now = entry.at;
      const handler = this.#handlers.get(entry.kind);
      if (!handler) throw new Error(`timeline: no handler for ${entry.kind}`);
      handler(entry);
      return true;
    }
  }

  #removeFirst(): void {
    const list = this.state.entries;
    const last = list.pop()!;
    if (list.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= list.length) break;
      if (child + 1 < list.length && before(list[child + 1]!, list[child]!)) child++;
      if (before(last, list[child]!)) break;
      list[i] = list[child]!;
      i = child;
    }
    list[i] = last;
  }
}

function before(a: TimelineEntry, b: TimelineEntry): boolean {
  return a.at < b.at || (a.at === b.at && a.id < b.id);
}
