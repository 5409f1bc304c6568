/** All commands, in the order in which help lists them; each is loaded only when it is asked for. */
import type { Command } from "commander";
import type { Context } from "../context.ts";

export type Register = (program: Command, context: Context) => void;

const loaders: Record<string, () => Promise<Register>> = {
  up: async () => (await import("./up.ts")).up,
  status: async () => (await import("./status.ts")).status,
  ssh: async () => (await import("./ssh.ts")).ssh,
  exec: async () => (await import("./exec.ts")).exec,
  cp: async () => (await import("./cp.ts")).copy,
  kubeconfig: async () => (await import("./kubeconfig.ts")).kubeconfig,
  env: async () => (await import("./kubeconfig.ts")).environment,
  halt: async () => (await import("./lifecycle.ts")).halt,
  destroy: async () => (await import("./lifecycle.ts")).destroy,
  snapshot: async () => (await import("./snapshot.ts")).snapshot,
  plan: async () => (await import("./plan.ts")).plan,
  doctor: async () => (await import("./doctor.ts")).doctor,
  render: async () => (await import("./render.ts")).render,
  mirror: async () => (await import("./mirror.ts")).mirror,
  lab: async () => (await import("./lab.ts")).lab,
  trace: async () => (await import("./trace.ts")).trace,
  settle: async () => (await import("./settle.ts")).settle,
  completion: async () => (await import("./completion.ts")).completion,
};

/** What a command line needs: its own command, or all of them for help, completion and words that are none. */
export async function commandsFor(argv: readonly string[]): Promise<Register[]> {
  const [word] = argv;
  const own = word !== undefined && word !== "completion" && Object.hasOwn(loaders, word) ? loaders[word] : undefined;
  return own ? [await own()] : Promise.all(Object.values(loaders).map((load) => load()));
}
