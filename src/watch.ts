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
 * Looks at all of them in rounds, at each until it holds or its own window is over; at each once at least. They are in the order of cause
 * and consequence: while the first that does not hold yet still fails, the others wait for a later round of their windows (a look may cost
 * more than it tells), and when its window is over nothing is waited for any more: those after it are judged as they are then. `since`:
 * when the windows began; now, when missing. The result is in the order of the looks.
 */
export async function watch(looks: readonly Look[], eyes: Eyes, since?: number): Promise<Seen[]> {
  const { before = 0, first, growth, longest } = eyes.pauses;
  const now = await eyes.now();
  const begin = Math.min(now, since ?? now);
  const all = looks.map((look): Watched => ({ look, result: { pass: false, seen: "", took: 0 } }));
  const early = begin + Math.min(before, ...looks.map(({ within }) => within)) - now;
  if (early > 0) await eyes.sleep(early);
  for (let open = all, wait = first; ; wait = Math.min(longest, wait * growth)) {
    const [head, ...others] = open;
    const promising = await round(eyes, begin, [head!]);
    const took = (await eyes.now()) - begin;
    const due = others.filter(({ look }) => promising || head!.look.within <= took || look.within <= took);
    await round(eyes, begin, due);
    open = open.filter(({ look, result }) => !result.pass && result.took < look.within);
    const failing = all.find(({ result }) => !result.pass);
    if (!failing || !open.includes(failing)) {
      await round(
        eyes,
        begin,
        open.filter((watched) => !due.includes(watched)),
      );
      return all.map(({ result }) => result);
    }
    // at each once more when its window ends
    const now = (await eyes.now()) - begin;
    await eyes.sleep(Math.max(1, Math.min(wait, ...open.map(({ look }) => look.within - now))));
  }
}

interface Watched {
  look: Look;
  /** Of the last look. */
  result: Seen;
}

/** Looks at each of them once; whether all held. */
async function round(eyes: Eyes, begin: number, watched: readonly Watched[]): Promise<boolean> {
  if (watched.length === 0) return true;
  const outputs = await eyes.run(watched.map(({ look }) => look));
  const took = (await eyes.now()) - begin;
  for (const [i, { look, result }] of watched.entries()) Object.assign(result, judge(look, outputs[i]!), { took });
  return watched.every(({ result }) => result.pass);
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
