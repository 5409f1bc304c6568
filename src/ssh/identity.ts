/** The keys with which one logs in on a machine. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AnyAuthMethod, ParsedKey } from "ssh2";
import { providerError } from "../error.ts";
import type { Endpoint } from "./client.ts";

/** The order in which they are tried. */
const usual = ["id_ed25519", "id_ecdsa", "id_rsa"];

/**
 * An endpoint's own key; without one the usual ones of ~/.ssh and those of the agent, as OpenSSH does. A key with a passphrase is asked
 * of the agent. Throws `ssh-key-missing`, `ssh-key-damaged`, `ssh-key-encrypted`, `ssh-no-key`.
 */
export async function authentications(endpoint: Endpoint): Promise<AnyAuthMethod[]> {
  const { user: username, keyFile, moreKeys = [] } = endpoint;
  const socket = process.env.SSH_AUTH_SOCK;
  const agent: AnyAuthMethod[] = socket === undefined || socket === "" ? [] : [{ type: "agent", username, agent: socket }];
  if (keyFile !== undefined) {
    const read = await Promise.allSettled([keyFile, ...moreKeys].map((file) => readKey(file, endpoint)));
    const own: AnyAuthMethod[] = read.flatMap((result) =>
      result.status === "fulfilled" && result.value !== "encrypted" ? [{ type: "publickey", username, key: result.value }] : [],
    );
    if (own.length > 0) return own;
    // none that can be read: the trouble with the last one
    const last = read.at(-1)!;
    if (last.status === "rejected") throw last.reason;
    if (agent.length > 0) return agent;
    throw providerError("ssh-key-encrypted", `${endpoint.machine}: the key ${keyFile} has a passphrase, and there is no SSH agent`, {
      hint: `\`eval "$(ssh-agent)"; ssh-add ${keyFile}\`, then run this again.`,
    });
  }
  const files = usual.map((name) => join(homedir(), ".ssh", name)).filter((file) => existsSync(file));
  const keys = await Promise.all(files.map((file) => readKey(file, endpoint)));
  const found: AnyAuthMethod[] = keys.flatMap((key) => (key === "encrypted" ? [] : [{ type: "publickey", username, key }]));
  if (found.length + agent.length > 0) return [...found, ...agent];
  throw providerError(
    "ssh-no-key",
    `${endpoint.machine}: there is no key to log in with: ${files.length === 0 ? `none of ${usual.join(", ")} in ~/.ssh` : `${files.join(", ")} ha${files.length === 1 ? "s" : "ve"} a passphrase`}, and no SSH agent`,
    {
      hint: `Name one in the specification (machines.${endpoint.machine}.ssh.identityFile), load one with \`ssh-add\`, or make one: \`ssh-keygen -t ed25519\` and \`ssh-copy-id -p ${endpoint.port} ${endpoint.user}@${endpoint.host}\`.`,
    },
  );
}

async function readKey(file: string, endpoint: Endpoint): Promise<ParsedKey | "encrypted"> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    throw providerError("ssh-key-missing", `${endpoint.machine}: the key ${file} cannot be read: ${(error as Error).message}`, {
      hint: endpoint.inventory
        ? `Mend machines.${endpoint.machine}.ssh.identityFile in the specification; a relative path begins at the specification's folder.`
        : `Put ${file} back; without it \`kubemend destroy\` and \`kubemend up\` make a new machine.`,
      cause: error,
    });
  }
  const { default: keyParser } = await import("ssh2/lib/protocol/keyParser.js");
  const parsed = keyParser.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  if (key instanceof Error && /^Encrypted .* no passphrase given$/.test(key.message)) return "encrypted";
  if (key instanceof Error || !key.isPrivateKey())
    throw providerError(
      "ssh-key-damaged",
      `${endpoint.machine}: ${file} is not a private key${key instanceof Error ? ` that can be read (${key.message})` : ", but a public one"}`,
      {
        hint: endpoint.inventory
          ? `\`ssh-keygen -y -f ${file}\` says whether OpenSSH can read it. Name another in machines.${endpoint.machine}.ssh.identityFile.`
          : "`kubemend destroy` and `kubemend up` make a new one.",
      },
    );
  return key;
}
