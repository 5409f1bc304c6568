/** The docker command: which words mean which command. */
import type { Proc } from "../../../kernel/proc.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import { CliError, parse, type Flags, type Usage } from "./flags.ts";
import * as list from "./list.ts";
import { pull, removeImages, tag } from "./pull.ts";
import * as containers from "./run.ts";
import { must } from "./call.ts";
import * as tell from "./tell.ts";
import { TemplateError } from "./template.ts";

interface Command extends Usage {
  run: (p: Proc, f: Flags) => Promise<number>;
}

const many = Infinity;
const quiet = { q: "quiet", quiet: "quiet" };
const time = { t: "time=", time: "time=", timeout: "time=", s: "signal=", signal: "signal=" };
const command = (
  line: string,
  about: string,
  args: [number, number],
  flags: Record<string, string>,
  run: Command["run"],
  more: Partial<Usage> = {},
): Command => ({ name: line.split(" [")[0]!.replace(/ [A-Z].*$/, ""), line, about, args, flags, run, ...more });

const commands: Record<string, Command> = Object.fromEntries(
  [
    command(
      "ps [OPTIONS]",
      "List containers",
      [0, 0],
      {
        a: "all",
        all: "all",
        ...quiet,
        f: "filter=",
        filter: "filter=",
        format: "format=",
        "no-trunc": "no-trunc",
        n: "last=",
        last: "last=",
        l: "latest",
        latest: "latest",
      },
      list.ps,
      { beyond: ["s", "size"] },
    ),
    command(
      "images [OPTIONS] [REPOSITORY[:TAG]]",
      "List images",
      [0, 1],
      { a: "all", all: "all", ...quiet, "no-trunc": "no-trunc", digests: "digests", format: "format=" },
      list.images,
      { beyond: ["f", "filter", "tree"] },
    ),
    command("top CONTAINER [ps OPTIONS]", "Display the running processes of a container", [1, many], {}, list.top, { stops: true }),
    command("port CONTAINER [PRIVATE_PORT[/PROTO]]", "List port mappings or a specific mapping for the container", [1, 1], {}, list.port),
    command("run [OPTIONS] IMAGE [COMMAND] [ARG...]", "Run a command in a new container", [1, many], containers.runFlags, containers.run, {
      stops: true,
      beyond: containers.runBeyond,
    }),
    command("create [OPTIONS] IMAGE [COMMAND] [ARG...]", "Create a new container", [1, many], containers.runFlags, containers.create, {
      stops: true,
      beyond: containers.runBeyond,
    }),
    command(
      "start [OPTIONS] CONTAINER [CONTAINER...]",
      "Start one or more stopped containers",
      [1, many],
      { a: "attach", attach: "attach", i: "interactive", interactive: "interactive" },
      containers.start,
    ),
    command("stop [OPTIONS] CONTAINER [CONTAINER...]", "Stop one or more running containers", [1, many], time, containers.stop),
    command("restart [OPTIONS] CONTAINER [CONTAINER...]", "Restart one or more containers", [1, many], time, containers.restart),
    command(
      "kill [OPTIONS] CONTAINER [CONTAINER...]",
      "Kill one or more running containers",
      [1, many],
      { s: "signal=", signal: "signal=" },
      containers.kill,
    ),
    command(
      "rm [OPTIONS] CONTAINER [CONTAINER...]",
      "Remove one or more containers",
      [1, many],
      { f: "force", force: "force", v: "volumes", volumes: "volumes" },
      containers.remove,
      { beyond: ["l", "link"] },
    ),
    command(
      "exec [OPTIONS] CONTAINER COMMAND [ARG...]",
      "Run a command in a running container",
      [2, many],
      {
        i: "stdin",
        interactive: "stdin",
        t: "tty",
        tty: "tty",
        e: "env=",
        env: "env=",
        w: "workdir=",
        workdir: "workdir=",
        d: "detach",
        detach: "detach",
      },
      containers.exec,
      { stops: true, beyond: ["u", "user", "privileged", "env-file", "detach-keys"] },
    ),
    command(
      "attach [OPTIONS] CONTAINER",
      "Attach local standard input, output, and error streams to a running container",
      [1, 1],
      {},
      containers.attach,
      {
        beyond: ["detach-keys", "no-stdin", "sig-proxy"],
      },
    ),
    command(
      "wait CONTAINER [CONTAINER...]",
      "Block until one or more containers stop, then print their exit codes",
      [1, many],
      {},
      containers.waitFor,
    ),
    command("rename CONTAINER NEW_NAME", "Rename a container", [2, 2], {}, (p, f) =>
      must(p, "containers/rename", { id: f.rest[0]!, name: f.rest[1]! }).then(() => 0),
    ),
    command(
      "logs [OPTIONS] CONTAINER",
      "Fetch the logs of a container",
      [1, 1],
      { f: "follow", follow: "follow", t: "timestamps", timestamps: "timestamps", n: "tail=", tail: "tail=" },
      tell.logs,
      { beyond: ["since", "until", "details"] },
    ),
    command(
      "inspect [OPTIONS] NAME|ID [NAME|ID...]",
      "Return low-level information on Docker objects",
      [1, many],
      { f: "format=", format: "format=", type: "type=" },
      tell.inspect,
      { beyond: ["s", "size"] },
    ),
    command("info [OPTIONS]", "Display system-wide information", [0, 0], { f: "format=", format: "format=" }, tell.info),
    command("version [OPTIONS]", "Show the Docker version information", [0, 0], { f: "format=", format: "format=" }, tell.version),
    command("pull [OPTIONS] NAME[:TAG|@DIGEST]", "Pull an image or a repository from a registry", [1, 1], quiet, pull, {
      beyond: ["a", "all-tags", "platform", "disable-content-trust"],
    }),
    command(
      "rmi [OPTIONS] IMAGE [IMAGE...]",
      "Remove one or more images",
      [1, many],
      { f: "force", force: "force", "no-prune": "no-prune" },
      removeImages,
    ),
    command("tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE", [2, 2], {}, tag),
    command("network ls [OPTIONS]", "List networks", [0, 0], quiet, list.networks, { beyond: ["f", "filter", "format", "no-trunc"] }),
  ].map((c) => [c.name, c]),
);

/** `docker container ls` and the like. */
const groups: Record<string, Record<string, string>> = {
  container: {
    ...Object.fromEntries(
      "run create start stop restart kill rm exec attach wait rename logs inspect top port".split(" ").map((n) => [n, n]),
    ),
    ls: "ps",
    list: "ps",
    ps: "ps",
  },
  image: { ls: "images", list: "images", pull: "pull", rm: "rmi", remove: "rmi", inspect: "inspect", tag: "tag" },
  network: { ls: "network ls", list: "network ls" },
  system: { info: "info" },
};
const beyond = new Set(
  "builder buildx completion compose config context manifest node plugin secret service stack swarm trust volume build commit cp diff events export history import load login logout pause push save search stats unpause update checkpoint".split(
    " ",
  ),
);

export const docker: CommandProgram = {
  name: "docker",
  async main(p) {
    const args = [...p.args];
    try {
      while (args[0]?.startsWith("-")) {
        const flag = args.shift()!;
        if (flag === "-v" || flag === "--version") return await p.out(`Docker version ${p.state.version}, build 297e128\n`).then(() => 0);
        if (flag === "-D" || flag === "--debug") continue;
        if (/^(-H|--host|-c|--context|--config|-l|--log-level|--tls.*|--help|-h)(=|$)/.test(flag)) p.notSimulated(`docker ${flag}`);
        throw new CliError(`unknown flag: ${flag}\nSee 'docker --help'.`, 125);
      }
      const name = args.shift();
      if (name === undefined || name === "help") return p.notSimulated("docker help");
      let found = commands[name];
      const group = groups[name];
      if (!found && group) {
        const sub = args.shift();
        if (sub === undefined || group[sub] === undefined) p.notSimulated(`docker ${name} ${sub ?? ""}`.trim());
        found = commands[group[sub!]!];
      }
      if (!found) {
        if (beyond.has(name)) p.notSimulated(`docker ${name}`);
        throw new CliError(`docker: '${name}' is not a docker command.\nSee 'docker --help'`);
      }
      return await found.run(p, parse(p, found, args));
    } catch (error) {
      if (error instanceof CliError) {
        await p.err(`${error.message}\n`);
        return error.status;
      }
      if (error instanceof TemplateError) {
        await p.out(`${error.before}\n`);
        await p.err(`${error.message}\n`);
        return 1;
      }
      throw error;
    }
  },
};
