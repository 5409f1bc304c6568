/**
 * What commands answer that have nothing behind them and look at that before they look at a cluster: test/recorded/kubectl-bare.txt.
 * Those that find it out by themselves are not here.
 */
import { Failure } from "../failure.ts";

/** The builder without arguments. */
export const noResources =
  "error: You must provide one or more resources by argument or filename.\nExample resource specifications include:\n" +
  "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";
const named = "error: one or more resources must be specified as <resource> <name>";
const usage = (command: string, what: string): string => `error: ${what}\nSee 'kubectl ${command} -h' for help and examples`;
const file = "error: must specify one of -f and -k";

const answers: Record<string, string> = {
  annotate: `${named} or <resource>/<name>`,
  "apply edit-last-applied": noResources,
  "apply set-last-applied": noResources,
  "apply view-last-applied": noResources,
  attach: "error: at least 1 argument is required for attach",
  "auth reconcile": file,
  "certificate approve": "error: one or more CSRs must be specified as <name> or -f <filename>",
  "certificate deny": "error: one or more CSRs must be specified as <name> or -f <filename>",
  completion: usage("completion", "Shell not specified."),
  "config delete-user": usage("config delete-user", "user to delete is required"),
  "config set-context": "error: you must specify a non-empty context name or --current",
  cordon: usage("cordon", "USAGE: cordon NODE [flags]"),
  "create clusterrolebinding": 'error: required flag(s) "clusterrole" not set',
  "create cronjob": 'error: required flag(s) "image", "schedule" not set',
  "create service externalname": 'error: required flag(s) "external-name" not set',
  debug: "error: you must specify --image when not using --copy-to.",
  delete: noResources,
  describe:
    'error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
  drain: usage("drain", "USAGE: drain NODE [flags]"),
  edit: noResources,
  label: `${named} or <resource>/<name>`,
  patch: "error: must specify --patch or --patch-file containing the contents of the patch",
  "port-forward": usage("port-forward", "TYPE/NAME and list of ports are required for port-forward"),
  run: 'error: required flag(s) "image" not set',
  "set env": `${named} or <resource>/<name>`,
  "set image": noResources,
  "set resources": noResources,
  "set selector": "error: one selector is required",
  "set serviceaccount": "error: serviceaccount is required",
  "set subject": noResources,
  taint: named,
  uncordon: usage("uncordon", "USAGE: uncordon NODE [flags]"),
};

/** Throws what a command answers that stands alone on its line. */
export function refuseBare(command: string, minor: number): void {
  if (command === "diff") throw new Failure(file, 2);
  // several conditions since 1.36 (#136855)
  if (command === "wait" && minor >= 36) throw new Failure("error: unrecognized condition: []");
  if (command === "expose" && (minor <= 20 || minor >= 27))
    throw new Failure(minor <= 20 ? usage("expose", noResources.slice("error: ".length)) : noResources);
  if (Object.hasOwn(answers, command)) throw new Failure(answers[command]!);
}

/** How many arguments config's commands take. */
const counts: Record<string, (n: number) => boolean> = {
  "delete-cluster": (n) => n === 1,
  "delete-context": (n) => n === 1,
  "rename-context": (n) => n === 2,
  set: (n) => n === 2,
  "set-cluster": (n) => n === 1,
  // without one it is for the command to say
  "set-context": (n) => n < 2,
  "set-credentials": (n) => n === 1,
  unset: (n) => n === 1,
  "use-context": (n) => n === 1,
};

/** What config's commands say behind their help when they have not the arguments that they take; "" is no error. */
export function afterHelp(command: string, args: string[], minor: number): string | undefined {
  const name = /^config (.*)$/.exec(command)?.[1];
  if (name === undefined || !Object.hasOwn(counts, name) || counts[name]!(args.length)) return undefined;
  if (name.startsWith("delete-")) return "";
  return `error: ${name === "set-credentials" && minor >= 27 ? "u" : "U"}nexpected args: [${args.join(" ")}]\n`;
}

/** Throws what commands say that take no arguments. */
export function refuseArgs(command: string, args: string[]): void {
  if (args.length > 0 && ["api-resources", "api-versions", "config view"].includes(command))
    throw new Failure(usage(command, `unexpected arguments: [${args.join(" ")}]`));
}
