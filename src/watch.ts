/** The loop behind checks and symptoms: looks at machines until they show what is expected. Whoever runs the commands lends the eyes. */

/** A command on a machine, and what it has to give. */
export interface Look {
  machine: string;
  /** For a POSIX shell of the machine's first user. */
  command: string;
  stdin: string;
  /** Exit status that is expected. */
  status: number;
  /** Regular expressions with the flag m that standard output must match, and must not. */
  stdout?: string;
  absent?: string;
  /** Milliseconds of the machines' time that it may take until it holds. */
  within: number;
}

export interface Seen {
  pass: boolean;
  /** What was there at the last look. */
  seen: string;
  /** Milliseconds of the machines' time until it passed (or was given up). */
  took: number;
}

export interface CommandOutput {
  status: number;
  stdout: string;
  stderr: string;
}

export interface Eyes {
  /** Milliseconds since the epoch, by the machines' clock. */
  now(): number | Promise<number>;
  sleep(ms: number): Promise<void>;
  /** The commands of one round, side by side; the text of why one could not be run. */
  run(looks: readonly Look[]): Promise<(CommandOutput | string)[]>;
  /**
   * Milliseconds of the machines' time: between the windows' beginning and the first round at least (nothing, when missing), and between
   * two rounds, short at first, then longer.
   */
  pauses: { before?: number; first: number; growth: number; longest: number };
}

/**
 * Looks in rounds, at each look until it holds or its own window is over; at each once at least. Groups are in the order of cause and
 * consequence, and those of one group are looked at side by side. While a group does not hold, those after it wait for a later round of
 * their windows: a look may cost more than it tells. When a group's window is over nothing is waited for any more: those after it are
 * judged as they are then. `since`: when the windows began; now, when missing. The result is in the order of the looks.
 */
export async function watch(groups: readonly (readonly Look[])[], eyes: Eyes, since?: number): Promise<Seen[][]> {
  const { before = 0, first, growth, longest } = eyes.pauses;
  const now = await eyes.now();
  const begin = Math.min(now, since ?? now);
  const all = groups.map((looks) => looks.map((look): Watched => ({ look, result: { pass: false, seen: "", took: -1 } })));
  const early = begin + Math.min(before, ...groups.flat().map(({ within }) => within)) - now;
  if (early > 0) await eyes.sleep(early);
  for (let wait = first; !(await settled(eyes, begin, all)); wait = Math.min(longest, wait * growth)) {
    // at each once more when its window ends
    const now = (await eyes.now()) - begin;
    const open = all.flat().filter(isOpen);
    await eyes.sleep(Math.max(1, Math.min(wait, ...open.map(({ look }) => look.within - now))));
  }
  return all.map((group) => group.map(({ result }) => result));
}

interface Watched {
  look: Look;
  /** Of the last look; `took` is negative before there is one. */
  result: Seen;
}

const isOpen = ({ look, result }: Watched): boolean => !result.pass && result.took < look.within;

/** One round. Whether there is nothing left to wait for. */
async function settled(eyes: Eyes, begin: number, all: readonly Watched[][]): Promise<boolean> {
  const held = (group: readonly Watched[]): boolean => group.every(({ result }) => result.pass);
  let at = 0;
  for (; at < all.length; at++) {
    const group = all[at]!;
    if (!held(group)) await round(eyes, begin, group.filter(isOpen));
    if (!held(group)) break;
  }
  const failing = all[at];
  if (!failing) return true;
  const over = failing.some((watched) => !watched.result.pass && !isOpen(watched));
  const took = (await eyes.now()) - begin;
  const later = all.slice(at + 1).flat();
  await round(
    eyes,
    begin,
    later.filter((watched) => isOpen(watched) && (over || watched.look.within <= took)),
  );
  return over;
}

/** Looks at each of them once. */
async function round(eyes: Eyes, begin: number, watched: readonly Watched[]): Promise<void> {
  if (watched.length === 0) return;
  const outputs = await eyes.run(watched.map(({ look }) => look));
  const took = (await eyes.now()) - begin;
  for (const [i, { look, result }] of watched.entries()) Object.assign(result, judge(look, outputs[i]!), { took });
}

function judge(look: Look, output: CommandOutput | string): Pick<Seen, "pass" | "seen"> {
  // a machine that cannot be reached fails the look; it is no error of the engine
  if (typeof output === "string") return { pass: false, seen: output };
  const { status, stdout, stderr } = output;
  const pass =
    status === look.status &&
    (look.stdout === undefined || new RegExp(look.stdout, "m").test(stdout)) &&
    (look.absent === undefined || !new RegExp(look.absent, "m").test(stdout));
  const short = `${stdout}${stderr}`.trim().split("\n").slice(-6).join("\n");
  return { pass, seen: `${short === "" ? "(no output)" : short}${status === look.status ? "" : `\n(exit status ${status})`}` };
}
