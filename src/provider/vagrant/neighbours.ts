/** Who has the plan's addresses already. */
import { readFile, readdir } from "node:fs/promises";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import type { Plan } from "../../cluster/plan.ts";

/** Milliseconds: machines on this host answer at once. */
const patience = 500;

export interface Taken {
  ip: string;
  /** The cluster beside this one that has it, if it is one. */
  cluster?: string;
}

/** Addresses of the plan at which somebody answers SSH. */
export async function takenAddresses(dir: string, plan: Plan): Promise<Taken[]> {
  const addresses = plan.machines.map((m) => m.ip);
  const answers = await Promise.all(addresses.map((ip) => answers22(ip)));
  const taken = addresses.filter((_, i) => answers[i]);
  if (taken.length === 0) return [];
  const siblings = await plansBeside(dir);
  return taken.map((ip) => {
    const owner = siblings.find((sibling) => sibling.machines.some((m) => m.ip === ip));
    return { ip, ...(owner ? { cluster: owner.name } : {}) };
  });
}

function answers22(ip: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port: 22 });
    const done = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(patience, () => done(false));
    socket.once("error", () => done(false));
    // a greeting, since something on the way may accept any connection
    socket.once("data", () => done(true));
  });
}

/** Plans of the other clusters whose state is in the same folder. */
async function plansBeside(dir: string): Promise<Plan[]> {
  const home = dirname(dir);
  const names = await readdir(home).catch(() => []);
  const plans = await Promise.all(
    names
      .filter((name) => name !== basename(dir))
      .map(async (name) => {
        try {
          return (JSON.parse(await readFile(join(home, name, "cluster.json"), "utf8")) as { plan: Plan }).plan;
        } catch {
          return undefined;
        }
      }),
  );
  return plans.filter((plan) => plan !== undefined && plan.specification.provider !== "sim") as Plan[];
}
