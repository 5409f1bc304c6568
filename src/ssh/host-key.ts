/** Is it the machine that it was? Its host key is remembered when it is first seen, and may not change. */
import type { ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import { providerError, type KubemendError } from "../error.ts";
import type { Endpoint } from "./client.ts";
import { algorithmsOf, fingerprint, hostKeyAlias, knownKeys, remember, typeOf, type HostKey } from "./known-hosts.ts";

/** ssh2's own order. */
const usual: ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
];

/** Settings for ssh2, and why the machine was refused, if it was: `ssh-host-key-changed`, `ssh-host-key-unknown`. */
export function verification(
  endpoint: Endpoint,
  firstUse?: (key: HostKey) => void,
): { settings: Pick<ConnectConfig, "hostVerifier" | "algorithms">; refusal: () => KubemendError | undefined } {
  const { knownHosts, machine } = endpoint;
  if (knownHosts === undefined) return { settings: {}, refusal: () => undefined };
  const alias = hostKeyAlias(machine);
  const known = knownKeys(knownHosts, alias);
  let refused: KubemendError | undefined;
  const where = `${machine} (${endpoint.host}:${endpoint.port})`;
  const hostVerifier = (blob: Buffer): boolean => {
    if (known.some((key) => key.blob.equals(blob))) return true;
    if (known.length > 0) {
      refused = providerError(
        "ssh-host-key-changed",
        `${where} is not the machine that it was: its host key is ${fingerprint(blob)}, and was ${known.map((key) => fingerprint(key.blob)).join(", ")}`,
        {
          hint: `Was it installed anew? Then forget the old key: \`ssh-keygen -R ${alias} -f ${knownHosts}\`. If not, somebody else may be answering in its place.`,
        },
      );
      return false;
    }
    if (!firstUse) {
      refused = providerError("ssh-host-key-unknown", `${where}: its host key ${fingerprint(blob)} was never seen before`, {
        hint: "`kubemend up` gets to know it, and says so.",
      });
      return false;
    }
    remember(knownHosts, alias, blob);
    firstUse({ type: typeOf(blob), blob });
    return true;
  };
  // a server has keys of several types: ask for one that is known, as OpenSSH does
  const preferred = known.flatMap((key) => algorithmsOf(key.type));
  const serverHostKey = [...usual.filter((name) => preferred.includes(name)), ...usual.filter((name) => !preferred.includes(name))];
  return {
    settings: {
      hostVerifier,
      algorithms: { serverHostKey },
    },
    refusal: () => refused,
  };
}
