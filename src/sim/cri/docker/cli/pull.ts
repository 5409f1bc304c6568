/** docker pull, rmi, tag. */
import type { Proc } from "../../../kernel/proc.ts";
import { parseReference } from "../../images.ts";
import { familiar } from "../store.ts";
import { must, wait } from "./call.ts";
import { CliError, type Flags } from "./flags.ts";

/** Pulls and says how it went on `fd`. */
export async function pullWith(p: Proc, name: string, quiet: boolean, fd: 1 | 2 = 1): Promise<string> {
  let path: string;
  let tag: string;
  let assumed = false;
  try {
    const reference = parseReference(name);
    path = reference.domain === "docker.io" ? reference.path : reference.repository;
    tag = reference.digest ?? reference.tag ?? "latest";
    assumed = reference.tag === undefined && reference.digest === undefined;
  } catch (error) {
    throw new CliError((error as Error).message);
  }
  const say = (text: string): Promise<void> => (quiet ? Promise.resolve() : p.write(fd, `${text}\n`).then(() => undefined));
  if (assumed) await say("Using default tag: latest");
  const body = await wait(p, "pull", { name: assumed ? `${name}:latest` : name });
  await say(`${tag}: Pulling from ${path}`);
  if (body.fresh === true) {
    const layer = (body.id as string).slice(7, 19);
    for (const step of ["Pulling fs layer", "Verifying Checksum", "Download complete", "Pull complete"]) await say(`${layer}: ${step}`);
  }
  await say(`Digest: ${(body.digest as string).split("@")[1]!}`);
  await say(`Status: ${body.fresh === true ? "Downloaded newer image for" : "Image is up to date for"} ${familiar(body.name as string)}`);
  return body.name as string;
}

export async function pull(p: Proc, f: Flags): Promise<number> {
  const full = await pullWith(p, f.rest[0]!, f.on.has("quiet"));
  await p.out(`${full}\n`);
  return 0;
}

export async function removeImages(p: Proc, f: Flags): Promise<number> {
  let status = 0;
  for (const name of f.rest) {
    try {
      const body = await must(p, "images/remove", { name, force: f.on.has("force") }, true);
      await p.out((body.lines as string[]).map((l) => `${l}\n`).join(""));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      await p.err(`${error.message}\n`);
      status = 1;
    }
  }
  return status;
}

export async function tag(p: Proc, f: Flags): Promise<number> {
  await must(p, "images/tag", { name: f.rest[0]!, to: f.rest[1]! });
  return 0;
}
