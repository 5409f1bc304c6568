/** ip netns: namespaces that have a name under /run/netns. */
import { Errno } from "../../../core/errno.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { shellStatus } from "../../../kernel/proc.ts";
import { IpError, notSimulated, pick, type Context, type Words } from "./words.ts";

const folder = "/run/netns";

export async function netns(c: Context, words: Words): Promise<number> {
  const { p } = c;
  const verb = words.next() ?? "list";
  switch (pick(verb, ["list", "show", "lst", "list-id", "add", "delete", "set", "identify", "pids", "exec", "monitor", "attach", "help"])) {
    case "list":
    case "show":
    case "lst":
      names(p).forEach((name, i) => {
        // the kernel has numbered a namespace once a link of ours leads into it
        const known = c.ns.state.links.some((link) => link.peer?.ns === name);
        c.out(`${name}${known ? ` (id: ${i})` : ""}\n`);
      });
      return 0;
    case "exec": {
      const name = nameOf(words);
      open(p, name);
      const argv: string[] = [];
      for (let word = words.next(); word !== undefined; word = words.next()) argv.push(word);
      if (argv.length === 0) throw new IpError("No command specified");
      try {
        return shellStatus(await p.wait(p.spawn({ argv, netns: name })));
      } catch (error) {
        if (error instanceof Errno) throw new IpError(`exec of "${argv[0]}" failed: ${error.text}`);
        throw error;
      }
    }
    case "identify": {
      const pid = words.next();
      const target = pid === undefined ? p : p.machine.procs.get(Number(pid));
      c.out(`${target?.state.netns ?? ""}\n`);
      return 0;
    }
    case "pids": {
      const name = nameOf(words);
      open(p, name);
      for (const q of p.machine.procs.values()) if (q.state.netns === name) c.out(`${q.pid}\n`);
      return 0;
    }
    case "add": {
      const name = nameOf(words);
      if (name.includes("/") || name === "." || name === ".." || name === "") throw new IpError(`Invalid netns name "${name}"`, 255);
      if (p.uid !== 0) throw new IpError("mount --make-shared /run/netns failed: Operation not permitted", 1);
      if (p.fs.exists(`${folder}/${name}`)) throw new IpError(`Cannot create namespace file "${folder}/${name}": File exists`, 1);
      p.fs.mkdirp(folder);
      p.fs.write(`${folder}/${name}`, "", { mode: 0o444 });
      p.machine.world.network.createNs(p.machine.name, name);
      return 0;
    }
    case "delete": {
      const name = nameOf(words);
      if (!p.fs.exists(`${folder}/${name}`))
        throw new IpError(`Cannot remove namespace file "${folder}/${name}": No such file or directory`, 1);
      p.fs.unlink(`${folder}/${name}`);
      p.machine.world.network.deleteNs(p.machine.name, name);
      return 0;
    }
    case undefined:
      throw new IpError(`Command "${verb}" is unknown, try "ip netns help".`, 255);
    default:
      return notSimulated(`netns ${verb}`);
  }
}

function nameOf(words: Words): string {
  const name = words.next();
  if (name === undefined) throw new IpError("No netns name specified");
  return name;
}

const names = (p: Proc): string[] =>
  p.fs.isDir(folder) ? p.fs.readdir(folder).filter((name) => p.machine.world.network.find(p.machine.name, name)) : [];

/** Throws like setns on a namespace that is not there. */
export function open(p: Proc, name: string): void {
  if (!p.fs.exists(`${folder}/${name}`) || !p.machine.world.network.find(p.machine.name, name))
    throw new IpError(`Cannot open network namespace "${name}": No such file or directory`, 255);
  if (p.uid !== 0) throw new IpError(`setting the network namespace "${name}" failed: Operation not permitted`, 255);
}
