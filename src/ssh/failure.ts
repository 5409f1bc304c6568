/** What went wrong with a connection, in words that help: ssh2's and the system's texts with their causes and repairs. */
import { providerError, type KubemendError } from "../error.ts";
import type { Endpoint } from "./client.ts";

/** Repairs differ between machines that Kubemend made and those of an inventory. */
interface Failure {
  matches: (text: string, code: string) => boolean;
  code: string;
  message: (endpoint: Endpoint, where: string) => string;
  made: (endpoint: Endpoint) => string;
  inventory: (endpoint: Endpoint) => string;
}

/** The command with which a person tries the same. */
const tryIt = ({ host, port, user, keyFile }: Endpoint): string =>
  `ssh${port === 22 ? "" : ` -p ${port}`}${keyFile === undefined ? "" : ` -i ${keyFile}`} ${user}@${host}`;

const failures: Failure[] = [
  {
    matches: (text) => text.includes("All configured authentication methods failed"),
    code: "ssh-key-refused",
    message: ({ keyFile, user }, where) =>
      `${where} refused ${keyFile === undefined ? "every key of ~/.ssh and of the SSH agent" : `the key ${keyFile}`} for the user ${user}`,
    made: ({ user }) =>
      `Is ~${user}/.ssh/authorized_keys on the machine intact? \`kubemend destroy\` and \`kubemend up\` make a new machine.`,
    inventory: (endpoint) =>
      `Is the user right, and the public key in ~${endpoint.user}/.ssh/authorized_keys there? \`${tryIt(endpoint)}\` tries the same.`,
  },
  {
    matches: (text) => text.includes("Too many authentication failures"),
    code: "ssh-too-many-keys",
    message: (_endpoint, where) => `${where} ended the connection after too many keys`,
    made: () => "The SSH agent offers many keys; `ssh-add -D` empties it.",
    inventory: ({ machine }) => `The SSH agent offers many keys: name the right one in machines.${machine}.ssh.identityFile.`,
  },
  {
    matches: (text, code) => code === "ENOTFOUND" || code === "EAI_AGAIN" || text.includes("getaddrinfo"),
    code: "ssh-unknown-host",
    message: ({ machine, host }) => `${machine}: the name ${host} has no address`,
    made: () => "`kubemend status` shows the machines.",
    inventory: ({ machine }) => `Mend machines.${machine}.ssh.host in the specification, or write its address there.`,
  },
  {
    matches: (_text, code) => code === "ECONNREFUSED",
    code: "ssh-refused",
    message: (_endpoint, where) => `${where}: nothing listens there`,
    made: () =>
      "Is the machine up, and sshd running? `kubemend status` shows; `kubemend up` boots one that is down, `kubemend halt` before it boots one anew.",
    inventory: ({ machine }) => `Is sshd running there (\`systemctl status ssh\`), and on this port (machines.${machine}.ssh.port)?`,
  },
  {
    matches: (_text, code) => code === "EHOSTUNREACH" || code === "ENETUNREACH",
    code: "ssh-unreachable",
    message: (_endpoint, where) => `${where}: no route to the machine`,
    made: () => "`kubemend status` shows whether it runs.",
    inventory: ({ host }) =>
      `Is the machine switched on, and its network (or the VPN to it) up? \`ip route get ${host}\` shows the way there.`,
  },
  {
    matches: (text, code) => text.includes("Timed out") || text.includes("Keepalive timeout") || code === "ETIMEDOUT",
    code: "ssh-timeout",
    message: (_endpoint, where) => `${where} does not answer`,
    made: () =>
      "A firewall rule on the machine, or a machine that is down: `kubemend status`. `kubemend lab reset` restores a lab's machines.",
    inventory: () => "A firewall (a cloud's security group, iptables on the machine) drops the packets, or the machine is down.",
  },
  {
    matches: (text) =>
      /Connection lost before handshake|ECONNRESET|closed before|Invalid identification|Expected identification|read ECONNRESET/.test(text),
    code: "ssh-no-handshake",
    message: (_endpoint, where) => `${where}: the connection ended before SSH began`,
    made: () => "`kubemend status` shows whether the machine still boots; run this again.",
    inventory: ({ machine }) =>
      `Is that port an SSH server's (machines.${machine}.ssh.port)? sshd also ends connections at once when too many wait (MaxStartups).`,
  },
  {
    matches: (text) => text.includes("no matching"),
    code: "ssh-algorithms",
    message: (_endpoint, where) => `${where} and this client have no algorithm in common`,
    made: () => "`kubemend destroy` and `kubemend up` make a new machine.",
    inventory: () => "The machine's OpenSSH is very old, or its sshd_config allows too little (KexAlgorithms, Ciphers, HostKeyAlgorithms).",
  },
];

export function explain(endpoint: Endpoint, error: unknown): KubemendError {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const where = `${endpoint.machine} (${endpoint.host}:${endpoint.port})`;
  const failure = failures.find((entry) => entry.matches(text, code));
  if (!failure)
    return providerError("ssh", `${where}: ${text}`, {
      cause: error,
      hint: endpoint.inventory ? `\`${tryIt(endpoint)}\` tries the same.` : "`kubemend status` shows the machines.",
    });
  return providerError(failure.code, failure.message(endpoint, where), {
    cause: error,
    hint: (endpoint.inventory ? failure.inventory : failure.made)(endpoint),
  });
}
