/** Flags of kubectl: the global ones, and those of a command, through pflag's rules. */
import { NotSimulated } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import { minorOf } from "../control/releases.ts";
import { FlagError, parsePflags, type FlagTable, type ParsedFlags } from "../control/flags.ts";
import { Failure } from "./failure.ts";
import { flagsOf } from "./help/recorded.ts";

export const globalFlags: FlagTable = {
  as: "string",
  "as-group": "list",
  "as-uid": "string",
  "cache-dir": "string",
  "certificate-authority": "string",
  "client-certificate": "string",
  "client-key": "string",
  cluster: "string",
  context: "string",
  "disable-compression": "bool",
  "insecure-skip-tls-verify": "bool",
  kubeconfig: "string",
  "log-flush-frequency": "duration",
  "match-server-version": "bool",
  namespace: "string",
  password: "string",
  profile: "string",
  "profile-output": "string",
  "request-timeout": "string",
  server: "string",
  "tls-server-name": "string",
  token: "string",
  user: "string",
  username: "string",
  v: "int",
  vmodule: "string",
  "warnings-as-errors": "bool",
  kuberc: "string",
  help: "bool",
};
export const globalShort: Record<string, string> = { n: "namespace", s: "server", v: "v", h: "help" };

/** Flags that several commands share. */
export const outputFlags: FlagTable = {
  output: "string",
  template: "string",
  "allow-missing-template-keys": "bool",
  "show-managed-fields": "bool",
};
export const fileFlags: FlagTable = { filename: "list", kustomize: "string", recursive: "bool" };
export const selectorFlags: FlagTable = { selector: "string", "field-selector": "string", "all-namespaces": "bool", all: "bool" };
const shorts: Record<string, string> = { o: "output", f: "filename", k: "kustomize", R: "recursive", l: "selector", A: "all-namespaces" };

export interface Flags {
  /** The whole command line, as `--record` keeps it. */
  line: string;
  args: string[];
  /** After `--`, and how many arguments came before it; -1 when there was none. */
  dash: number;
  text(name: string): string | undefined;
  /** Of a global flag, unless the command has one of its own by that name, as `create rolebinding --user` has. */
  global(name: string): string | undefined;
  bool(name: string): boolean;
  /** undefined when the flag was not given. */
  maybe(name: string): boolean | undefined;
  number(name: string): number | undefined;
  list(name: string): string[];
}

/** Optional-argument flags (NoOptDefVal), by name. */
export const optional: Record<string, string> = { "dry-run": "unchanged", cascade: "background", validate: "strict" };

/** Flags of the real kubectl whose effect is not modelled, by command; `*`: of all. With `=`: this value is, being the default. */
const unmodelled: Record<string, string[]> = {
  "*": [
    "allow-missing-template-keys=true",
    "append-hash",
    "as-uid",
    "kuberc",
    "kustomize",
    "match-server-version",
    "pod-running-timeout",
    "profile=none",
    "vmodule",
    "warnings-as-errors",
    "windows-line-endings",
  ],
  annotate: ["resource-version"],
  "api-resources": ["cached"],
  autoscale: ["record"],
  apply: [
    "all",
    "applyset",
    "cascade=background",
    "grace-period",
    "openapi-patch=true",
    "prune-allowlist",
    "selector",
    "timeout",
    "wait=false",
  ],
  "config view": ["merge=true"],
  "config set": ["set-raw-bytes"],
  "config set-cluster": ["proxy-url"],
  create: ["record", "selector"],
  "create clusterrole": ["aggregation-rule"],
  diff: ["concurrency", "field-manager", "force-conflicts", "selector", "server-side"],
  drain: ["skip-wait-for-delete-timeout"],
  edit: ["output-patch", "record"],
  cp: ["retries=0"],
  debug: [
    "custom",
    "filename",
    "keep-annotations=false",
    "keep-init-containers=true",
    "keep-liveness=false",
    "keep-readiness=false",
    "keep-startup=false",
  ],
  exec: ["filename"],
  expose: ["load-balancer-ip", "override-type", "record"],
  get: ["server-print=true"],
  label: ["resource-version"],
  logs: ["all-pods", "insecure-skip-tls-verify-backend"],
  replace: ["cascade=background", "timeout", "wait=false"],
  run: ["record", "cascade=background", "force", "grace-period", "timeout", "wait=false"],
  scale: ["resource-version", "timeout"],
  "set selector": ["resource-version"],
};

function refuseUnmodelled(command: string, parsed: ParsedFlags): void {
  for (const flag of [...unmodelled["*"]!, ...(unmodelled[command] ?? [])]) {
    const [name, usual] = flag.split("=") as [string, string?];
    // debug has one of its own by the name of the global one
    if (command === "debug" && name === "profile") continue;
    const given = parsed.values[name] ?? parsed.lists[name]?.join(",");
    if (given !== undefined && given !== usual) throw new NotSimulated(`kubectl ${command} --${name}`);
  }
}

/** Deprecated flags, which work and which no help shows, by command. */
const hidden: Record<string, string[]> = {
  "*": ["record"],
  autoscale: ["cpu-percent"],
  drain: ["delete-local-data"],
};

/** `own`: flags of the command whose effect is modelled, in some version. Which of them this version has, its help tells. */
export function parseFlags(p: Proc, command: string, argv: string[], own: FlagTable, ownShort: Record<string, string> = {}): Flags {
  const told = flagsOf(command, minorOf(p.state.version));
  const there = (name: string): boolean =>
    told === undefined || told.has(name) || name in globalFlags || hidden["*"]!.includes(name) || (hidden[command] ?? []).includes(name);
  const table: FlagTable = { ...globalFlags, ...Object.fromEntries(Object.entries(own).filter(([name]) => there(name))) };
  const short: Record<string, string> = { ...globalShort };
  for (const [k, v] of Object.entries({ ...shorts, ...ownShort })) if (v in table) short[k] = v;
  let dash = -1;
  const at = argv.indexOf("--");
  const before = (at < 0 ? argv : argv.slice(0, at)).map((a) => {
    const m = /^--([a-z-]+)$/.exec(a);
    return m && optional[m[1]!] !== undefined && m[1]! in own ? `${a}=${optional[m[1]!]}` : a;
  });
  let parsed: ParsedFlags;
  try {
    parsed = parsePflags(before, table, short);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const unknown = /^unknown flag: --(.*)$/.exec(error.message)?.[1];
    if (unknown !== undefined && told?.has(unknown)) throw new NotSimulated(`kubectl ${command} --${unknown}`);
    throw new Failure(`error: ${error.message}\nSee 'kubectl ${command} --help' for usage.`);
  }
  refuseUnmodelled(command, parsed);
  const args = [...parsed.rest];
  if (at >= 0) {
    dash = args.length;
    args.push(...argv.slice(at + 1));
  }
  return {
    line: ["kubectl", command, ...args, ...parsed.given.map(([name, value]) => `--${name}=${value}`)].join(" "),
    args,
    dash,
    text: (name) => parsed.values[name],
    global: (name) => (name in own ? undefined : parsed.values[name]),
    bool: (name) => /^(1|t|true)$/i.test(parsed.values[name] ?? ""),
    maybe: (name) => (parsed.values[name] === undefined ? undefined : /^(1|t|true)$/i.test(parsed.values[name]!)),
    number: (name) => (parsed.values[name] === undefined ? undefined : Number(parsed.values[name])),
    list: (name) => parsed.lists[name] ?? [],
  };
}
