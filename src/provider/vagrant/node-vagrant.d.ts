/** node-vagrant 1.5 has no types: what of it is used here. */
declare module "node-vagrant" {
  import type { EventEmitter } from "node:events";

  /** `error` is null after status 0, and what stderr held after any other: "" too. */
  type Done = (error: string | Error | null, output?: string) => void;

  interface Running {
    stdout: NodeJS.ReadableStream;
    stderr: NodeJS.ReadableStream;
  }

  export interface Machine extends EventEmitter {
    /** Runs the words as a vagrant command. */
    _run(words: string[], done: Done): Running;
    /** Emits `up-progress` with each piece of output. */
    up(words: string[], done: Done): void;
    destroy(words: string[], done: Done): void;
  }

  const vagrant: { create(options: { cwd: string; env: NodeJS.ProcessEnv }): Machine };
  export default vagrant;
}
