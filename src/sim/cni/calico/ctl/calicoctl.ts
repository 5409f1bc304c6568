/** The program `calicoctl` (calicoctl/calicoctl of projectcalico/calico), with the Kubernetes datastore. */
import { Errno, NotSimulated } from "../../../core/errno.ts";
import type { Obj } from "../../../core/json.ts";
import type { CommandProgram } from "../../../kernel/program.ts";
import type { Proc } from "../../../kernel/proc.ts";
import { kubeconfigClient } from "../../../kube/client.ts";
import { Datastore, DatastoreError } from "../datastore.ts";
import { askBird, parsePeers } from "../node/health.ts";
import { releases } from "../versions.ts";
import { check, configure, release, show } from "./ipam.ts";
import { CtlError } from "./error.ts";
import { get, patch, write, type Given } from "./resources.ts";
import { box } from "./table.ts";

const usage = `Usage:
  calicoctl [options] <command> [<args>...]

    create       Create a resource by file, directory or stdin.
    replace      Replace a resource by file, directory or stdin.
    apply        Apply a resource by file, directory or stdin.  This creates a resource
                 if it does not exist, and replaces a resource if it does exists.
    patch        Patch a pre-existing resource in place.
    delete       Delete a resource identified by file, directory, stdin or resource type and
                 name.
    get          Get a resource identified by file, directory, stdin or resource type and
                 name.
    label        Add or update labels of resources.
    validate     Validate a resource by file, directory or stdin without applying it.
    convert      Convert config files between different API versions.
    ipam         IP address management.
    node         Calico node management.
    version      Display the version of this binary.
    datastore    Calico datastore management.
    cluster      Access cluster information.

Options:
  -h --help                    Show this screen.
  -l --log-level=<level>       Set the log level (one of panic, fatal, error,
                               warn, info, debug) [default: panic]
     --context=<context>       The name of the kubeconfig context to use.
     --allow-version-mismatch  Allow client and cluster versions mismatch.

Description:
  The calicoctl is used to manage Calico network and security
  policy, to view and manage endpoint configuration, and to manage a Calico
  node instance.

  See 'calicoctl <command> --help' to read about a specific subcommand.
`;

const peerTypes = { Mesh: "node-to-node mesh", Node: "node specific", Global: "global" } as const;

function nodeStatus(p: Proc): string {
  if (p.uid !== 0) throw new CtlError("This command must be run as root.");
  const running = (words: string[]): boolean =>
    [...p.machine.procs.values()].some((x) => words.every((w, i) => (i === 0 ? x.argv[0]?.split("/").at(-1) : x.argv[i]) === w));
  if (!running(["calico-node", "-felix"])) throw new CtlError("Calico process is not running.");
  let out = "Calico process is running.\n";
  if (!running(["bird"])) return `${out}\nNone of the BGP backend processes (BIRD or GoBGP) are running.\n\n`;
  out += "\nIPv4 BGP status\n";
  const r = askBird(p, "show protocols");
  if (!r.ok) out += `Error querying BIRD: unable to connect to BIRDv4 socket: ${r.text.replace("/var/run/calico", "/var/run/bird")}`;
  else {
    const peers = parsePeers(r.lines);
    out +=
      peers.length === 0
        ? "No IPv4 peers found.\n"
        : box(
            ["Peer address", "Peer type", "State", "Since", "Info"],
            peers.map((x) => [x.ip, peerTypes[x.type], x.state, x.since, x.info === "" ? x.bgpState : `${x.bgpState} ${x.info}`]),
          );
  }
  return `${out}\nIPv6 BGP status\nNo IPv6 peers found.\n\n`;
}

function store(p: Proc): Datastore {
  const config = p.env.CALICO_KUBECONFIG ?? p.env.KUBECONFIG ?? configFile(p)?.kubeconfig ?? `${p.env.HOME ?? "/root"}/.kube/config`;
  if (!p.fs.exists(config)) {
    throw new CtlError(
      `Failed to create Calico API client: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable`,
    );
  }
  return new Datastore(kubeconfigClient(p, config));
}

function configFile(p: Proc): { kubeconfig?: string } | undefined {
  const text = p.fs.tryReadText("/etc/calico/calicoctl.cfg");
  const match = text === undefined ? null : /^\s*kubeconfig:\s*["']?([^"'\s]+)/m.exec(text);
  return match ? { kubeconfig: match[1]! } : undefined;
}

/** calicoctl refuses to work with a cluster of another release (commands/common/version_mismatch.go). */
function checkVersion(p: Proc, d: Datastore, allowed: boolean): void {
  if (allowed) return;
  const info = d.find("clusterinformations", "default");
  const cluster = (info?.spec as Obj | undefined)?.calicoVersion as string | undefined;
  if (cluster !== undefined && cluster !== p.state.version)
    throw new CtlError(
      `Version mismatch.\nClient Version:   ${p.state.version}\nCluster Version:  ${cluster}\nUse --allow-version-mismatch to override.\n`,
    );
}

interface Arguments extends Given {
  flags: Set<string>;
  values: Record<string, string>;
}

const takesValue = new Set([
  "-f",
  "--filename",
  "-o",
  "--output",
  "-p",
  "--patch",
  "-c",
  "--config",
  "-n",
  "--namespace",
  "-t",
  "--type",
  "--context",
  "--ip",
  "--strictaffinity",
  "--max-blocks-per-host",
  "-l",
  "--log-level",
  "--from-report",
  "--poll",
  "--kubeconfig",
]);
const everywhere = ["-h", "--help", "--allow-version-mismatch", "--context", "-l", "--log-level"];
const ofFiles = ["-f", "--filename", "-R", "--recursive", "--skip-empty", "-c", "--config", "-n", "--namespace"];
/** The options of each command, as its docopt text has them (calicoctl/calicoctl/commands, v3.31). */
const options: Record<string, readonly string[]> = {
  get: [...ofFiles, "-o", "--output", "-a", "--all-namespaces", "--export"],
  create: [...ofFiles, "--skip-exists"],
  apply: ofFiles,
  replace: ofFiles,
  delete: [...ofFiles, "-s", "--skip-not-exists"],
  patch: ["-p", "--patch", "-t", "--type", "-c", "--config", "-n", "--namespace"],
  version: ["-c", "--config", "--poll"],
  "node status": [],
  "ipam show": ["--ip", "--show-blocks", "--show-borrowed", "--show-configuration", "-c", "--config"],
  "ipam release": ["--ip", "--from-report", "--force", "-c", "--config"],
  "ipam check": ["--show-all-ips", "--show-problem-ips", "-o", "--output", "-c", "--config", "--kubeconfig"],
  "ipam configure": ["--strictaffinity", "--max-blocks-per-host", "-c", "--config"],
};
// namespaces are not among these: the kinds that are simulated have none
const notSimulated = new Set(
  "-R --recursive --skip-empty -c --config --export -t --type --poll --from-report --force --show-all-ips --show-problem-ips --kubeconfig --context -l --log-level".split(
    " ",
  ),
);
const known = new Set([...takesValue, ...everywhere, ...Object.values(options).flat()]);

function parse(args: string[]): Arguments | undefined {
  const a: Arguments = { words: [], flags: new Set(), values: {} };
  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (!arg.startsWith("-") || arg === "-") {
      a.words.push(arg);
      continue;
    }
    const cut = arg.startsWith("--") ? arg.indexOf("=") : -1;
    let key = cut < 0 ? arg : arg.slice(0, cut);
    let value = cut < 0 ? undefined : arg.slice(cut + 1);
    // -owide, -o=wide
    if (!arg.startsWith("--") && arg.length > 2 && takesValue.has(arg.slice(0, 2))) {
      key = arg.slice(0, 2);
      value = arg.slice(2).replace(/^=/, "");
    }
    if (!known.has(key)) return undefined;
    if (takesValue.has(key)) {
      value ??= rest.shift();
      if (value === undefined) return undefined;
      a.values[key] = value;
    } else a.flags.add(key);
  }
  const pick = (...keys: string[]): string | undefined => keys.map((k) => a.values[k]).find((v) => v !== undefined);
  const file = pick("-f", "--filename");
  const output = pick("-o", "--output");
  const change = pick("-p", "--patch");
  return {
    ...a,
    ...(file === undefined ? {} : { file }),
    ...(output === undefined ? {} : { output }),
    ...(change === undefined ? {} : { patch: change }),
    skipExists: a.flags.has("--skip-exists"),
    skipNotExists: a.flags.has("-s") || a.flags.has("--skip-not-exists"),
  };
}

async function execute(p: Proc): Promise<string> {
  const invalid = (): CtlError =>
    new CtlError(`Invalid option: 'calicoctl ${p.args.join(" ")}'. Use flag '--help' to read about a specific subcommand.`);
  const first = p.args.findIndex((x, i) => !x.startsWith("-") && !takesValue.has(p.args[i - 1] ?? ""));
  if (p.args.length === 0 || (first < 0 && p.args.some((x) => x === "-h" || x === "--help"))) return usage;
  if (first < 0) throw invalid();
  const command = p.args[first]!;
  const a = parse([...p.args.slice(0, first), ...p.args.slice(first + 1)]);
  if (!a) throw invalid();
  if (a.flags.has("-h") || a.flags.has("--help")) throw new NotSimulated(`calicoctl ${command} --help`);
  const call = ["node", "ipam"].includes(command) ? `${command} ${a.words[0] ?? ""}` : command;
  const given = [...a.flags, ...Object.keys(a.values)];
  if (options[call] && given.some((key) => !everywhere.includes(key) && !options[call]!.includes(key))) throw invalid();
  const refused = given.find((key) => notSimulated.has(key));
  if (refused !== undefined) throw new NotSimulated(`calicoctl ${call} ${refused}`);
  const mismatch = a.flags.has("--allow-version-mismatch");
  const open = (): Datastore => {
    const d = store(p);
    checkVersion(p, d, mismatch);
    return d;
  };
  switch (command) {
    case "version":
      return version(p);
    case "node": {
      if (a.words[0] === "status") return nodeStatus(p);
      if (["run", "diags", "checksystem"].includes(a.words[0] ?? "")) throw new NotSimulated(`calicoctl node ${a.words[0]}`);
      throw invalid();
    }
    case "ipam": {
      const [what] = a.words;
      if (what === "show")
        return show(open(), {
          blocks: a.flags.has("--show-blocks"),
          borrowed: a.flags.has("--show-borrowed"),
          configuration: a.flags.has("--show-configuration"),
          ...(a.values["--ip"] === undefined ? {} : { ip: a.values["--ip"] }),
        });
      if (what === "release") {
        if (a.values["--ip"] === undefined) throw invalid();
        return release(open(), a.values["--ip"]);
      }
      if (what === "check") {
        if (a.output !== undefined) throw new NotSimulated("calicoctl ipam check -o");
        return check(open());
      }
      if (what === "configure") {
        const strict = a.values["--strictaffinity"];
        const max = a.values["--max-blocks-per-host"];
        if (strict !== undefined && strict !== "true" && strict !== "false")
          throw new CtlError(`Failed to execute command: invalid value. Use true or false to set strictaffinity`);
        return configure(open(), {
          ...(strict === undefined ? {} : { strictAffinity: strict === "true" }),
          ...(max === undefined ? {} : { maxBlocks: Number(max) }),
        });
      }
      if (what === "split") throw new NotSimulated("calicoctl ipam split");
      throw invalid();
    }
    case "get":
      if (a.file !== undefined) throw new NotSimulated("calicoctl get -f");
      return get(open(), a);
    case "create":
    case "apply":
    case "replace":
      if (a.file === undefined) throw invalid();
      return write(p, open(), command, a);
    case "delete":
      if (a.file === undefined && a.words.length < 2) throw invalid();
      return write(p, open(), "delete", a);
    case "patch":
      return patch(open(), a);
    case "label":
    case "convert":
    case "datastore":
    case "cluster":
    case "validate":
      throw new NotSimulated(`calicoctl ${command}`);
    default:
      throw new CtlError(`Unknown command: "${command}"\n${usage}`);
  }
}

function version(p: Proc): string {
  const client = `Client Version:    ${p.state.version}\nGit commit:        ${releases[p.state.version]?.commit ?? ""}\n`;
  try {
    const info = store(p).get("clusterinformations", "default").spec as Obj;
    return `${client}Cluster Version:   ${String(info.calicoVersion)}\nCluster Type:      ${String(info.clusterType)}\n`;
  } catch (error) {
    if (error instanceof DatastoreError) throw new CtlError(`${client}Unable to retrieve Cluster Version or Type: ${error.message}`);
    if (error instanceof CtlError) throw new CtlError(`${client}Unable to retrieve Cluster Version or Type: ${error.message}`);
    throw error;
  }
}

export const calicoctl: CommandProgram = {
  name: "calicoctl",
  async main(p) {
    try {
      await p.out(await execute(p));
      return 0;
    } catch (error) {
      if (error instanceof CtlError) {
        await p.err(`${error.message.replace(/\n$/, "")}\n`);
        return 1;
      }
      if (error instanceof DatastoreError) {
        await p.err(`Failed to get resources: ${error.message}\n`);
        return 1;
      }
      if (error instanceof Errno && error.path !== undefined) {
        await p.err(`Failed to create Calico API client: ${error.message}\n`);
        return 1;
      }
      throw error;
    }
  },
};
