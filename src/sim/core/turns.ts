/** Turns of programs that compute: round robin between groups (as a kernel shares a processor between cgroups), first come first served within one. */

/** Programs that may start before the host's input gets its turn; each may start others and end before its first `take`. */
const startsPerTurn = 16;

export class Turns {
  /** Calls back once the host's input had its turn. */
  readonly #later: (run: () => void) => void;
  readonly #groups = new Map<string, (() => void)[]>();
  #armed = false;
  #starts = 0;
  /** Programs that wait for their turn. */
  waiting = 0;

  constructor(later: (run: () => void) => void) {
    this.#later = later;
  }

  /** Kept when it is this group's turn, and the caller's in it. However many wait, the host's input goes on after one of each group. */
  take(group: string): Promise<void> {
    this.waiting++;
    return new Promise((resolve) => {
      const queue = this.#groups.get(group);
      if (queue) queue.push(resolve);
      else this.#groups.set(group, [resolve]);
      this.#arm();
    });
  }

  /** A program is about to start: a promise when it has to wait for a turn, since many have started in this one. */
  start(group: string): Promise<void> | undefined {
    if (this.#starts === 0)
      this.#later(() => {
        this.#starts = 0;
      });
    return ++this.#starts > startsPerTurn ? this.take(group) : undefined;
  }

  /** How many turns it takes until everybody who waits now has had one. */
  get longest(): number {
    let most = 0;
    for (const queue of this.#groups.values()) most = Math.max(most, queue.length);
    return most;
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#later(() => this.#serve());
  }

  #serve(): void {
    this.#armed = false;
    for (const [group, queue] of this.#groups) {
      const resolve = queue.shift()!;
      if (queue.length === 0) this.#groups.delete(group);
      this.waiting--;
      resolve();
    }
    if (this.#groups.size > 0) this.#arm();
  }
}
