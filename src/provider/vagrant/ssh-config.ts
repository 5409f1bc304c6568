/** What `vagrant ssh-config` prints: blocks of ssh_config(5), one a machine. */

export interface SshBlock {
  machine: string;
  host: string;
  port: number;
  user: string;
  /** All of them, in the order in which they are tried. */
  keys: string[];
}

export function parseSshConfig(output: string): SshBlock[] {
  const blocks: SshBlock[] = [];
  for (const line of output.split(/\r?\n/)) {
    const match = /^\s*([A-Za-z]+)\s+(.+?)\s*$/.exec(line);
    if (!match) continue;
    const key = match[1]!.toLowerCase();
    const value = unquote(match[2]!);
    const block = blocks.at(-1);
    if (key === "host") blocks.push({ machine: value, host: "", port: 22, user: "vagrant", keys: [] });
    else if (block && key === "hostname") block.host = value;
    else if (block && key === "port") block.port = Number(value);
    else if (block && key === "user") block.user = value;
    else if (block && key === "identityfile") block.keys.push(value);
  }
  return blocks.filter((block) => block.host !== "" && Number.isInteger(block.port));
}

/** Vagrant puts a path with a blank in double quotes, and doubles nothing in it. */
const unquote = (text: string): string => (/^".*"$/.test(text) ? text.slice(1, -1) : text);
