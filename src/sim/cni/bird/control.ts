/** What BIRD answers on its control socket. */
import type { Data } from "../../core/json.ts";
import type { Proc } from "../../kernel/proc.ts";
import { showInterfaces, showProtocols, showRoutes, showStatus } from "./show.ts";
import { birdState } from "./state.ts";

export interface Actions {
  reconfigure(): string[];
  check(): string[];
  shutDown(): void;
  setState(pattern: string, change: "enable" | "disable" | "restart"): string[] | undefined;
}

export interface Answer {
  banner: string;
  lines: string[];
  /** The command failed: birdc ends with status 1. */
  failed: boolean;
  /** Not modelled: the client says so. */
  notSimulated?: string;
}

export function answer(p: Proc, command: string, actions: Actions): Answer & { [key: string]: Data | undefined } {
  const s = birdState(p);
  const banner = `BIRD ${s.version} ready.`;
  const ok = (lines: string[]): Answer & { [key: string]: Data | undefined } => ({
    banner,
    lines: lines.map((l) => l.replace(/^!/, "")),
    failed: lines.some((l) => l.startsWith("!")),
  });
  const words = command
    .trim()
    .split(/\s+/)
    .filter((w) => w !== "");
  const [verb, ...rest] = expand(words);
  switch (verb) {
    case undefined:
      return ok([]);
    case "show":
      break;
    case "configure":
      if (rest[0] === "check") return ok(actions.check());
      if (rest.length > 0 && rest[0] !== "soft")
        return { banner, lines: [], failed: true, notSimulated: `birdc configure ${rest.join(" ")}` };
      return ok(actions.reconfigure());
    case "down":
      actions.shutDown();
      return ok(["Shutdown requested"]);
    case "enable":
    case "disable":
    case "restart": {
      const name = rest[0] ?? "";
      const lines = actions.setState(name.replace(/^"(.*)"$/, "$1"), verb);
      return ok(lines ?? (name.startsWith('"') || s.flavour === "bird1" ? ["!No protocols match"] : [unknown()]));
    }
    case "reload":
    case "debug":
    case "dump":
    case "eval":
    case "echo":
    case "mrtdump":
    case "graceful":
      return { banner, lines: [], failed: true, notSimulated: `birdc ${verb}` };
    case "help":
      return { banner, lines: [], failed: true, notSimulated: "birdc help" };
    default:
      return ok(["!No such command. Press `?' for help."]);
  }
  const [what, ...args] = rest;
  switch (what) {
    case "status":
      return ok(showStatus(p));
    case "protocols": {
      const all = args[0] === "all";
      const name = args[all ? 1 : 0];
      if (name !== undefined && !name.startsWith('"') && !s.protocols.some((x) => x.name === name)) return ok([unknown(true)]);
      return ok(showProtocols(p, all, name?.replace(/^"(.*)"$/, "$1")));
    }
    case "interfaces":
      return ok(showInterfaces(p, args[0] === "summary"));
    case "route": {
      const shown = showRoutes(p, args);
      return typeof shown === "string" ? { banner, lines: [], failed: true, notSimulated: shown } : ok(shown);
    }
    default:
      return ["memory", "symbols", "static", "bfd", "ospf", "rip", "roa", "babel", "fib", "mld"].includes(what ?? "")
        ? { banner, lines: [], failed: true, notSimulated: `birdc show ${what}` }
        : ok(["!No such command. Press `?' for help."]);
  }
}

const unknown = (all = false): string =>
  `!syntax error, unexpected CF_SYM_UNDEFINED, expecting ${all ? "END or CF_SYM_KNOWN or TEXT or ALL" : "CF_SYM_KNOWN or TEXT or ALL"}`;

/** Unambiguous beginnings of words do. */
function expand(words: string[]): string[] {
  const verbs = [
    "show",
    "configure",
    "down",
    "enable",
    "disable",
    "restart",
    "reload",
    "debug",
    "dump",
    "eval",
    "echo",
    "mrtdump",
    "help",
    "graceful",
  ];
  const nouns = ["status", "protocols", "interfaces", "route", "memory", "symbols", "static", "bfd", "ospf", "rip", "roa", "babel"];
  const full = (word: string, list: string[]): string => {
    const match = list.filter((x) => x.startsWith(word));
    return match.length === 1 ? match[0]! : word;
  };
  return words.map((word, i) => (i === 0 ? full(word, verbs) : i === 1 && full(words[0]!, verbs) === "show" ? full(word, nouns) : word));
}
