/** `-o NAME=VALUE`: settings of apt.conf(5) on the command line. */
import type { Proc } from "../../../kernel/proc.ts";

export interface Settings {
  /** One file instead of /etc/apt/sources.list. */
  sourceList: string;
  /** Folder of further files; undefined: none. */
  sourceParts: string | undefined;
  /** Whether `update` removes what no source stands for any more. */
  listCleanup: boolean;
}

/** Settings without an effect here: how often to try, which lock to wait for, who downloads; dpkg's are apt-get's own. */
const idle =
  /^(acquire::|dpkg::|apt::sandbox::|debug::|quiet$|apt::get::assume-yes$|apt::install-recommends$|apt::install-suggests$|apt::color$)/;

export function settingsOf(p: Proc): Settings {
  const settings: Settings = { sourceList: "/etc/apt/sources.list", sourceParts: "/etc/apt/sources.list.d", listCleanup: true };
  for (const [name, value] of given(p.args)) {
    // apt's names are not case-sensitive
    switch (name.toLowerCase()) {
      case "dir::etc::sourcelist":
        settings.sourceList = inEtc(value);
        break;
      case "dir::etc::sourceparts":
        settings.sourceParts = value === "-" || value === "/dev/null" ? undefined : inEtc(value);
        break;
      case "apt::get::list-cleanup":
        settings.listCleanup = !/^(0|false|no|off)$/i.test(value);
        break;
      default:
        if (!idle.test(name.toLowerCase())) p.notSimulated(`${p.name} -o ${name}`);
    }
  }
  return settings;
}

const inEtc = (path: string): string => (path.startsWith("/") ? path : `/etc/apt/${path}`);

function given(args: readonly string[]): [name: string, value: string][] {
  const out: [string, string][] = [];
  args.forEach((arg, i) => {
    const text = arg === "-o" || arg === "--option" ? args[i + 1] : (/^(?:-o|--option=)(.+)$/.exec(arg)?.[1] ?? undefined);
    const cut = text?.indexOf("=") ?? -1;
    if (text !== undefined && cut > 0) out.push([text.slice(0, cut), text.slice(cut + 1)]);
  });
  return out;
}

/** The words that are no options and no options' values. */
export const operandsOf = (args: readonly string[]): string[] =>
  args.filter((arg, i) => !arg.startsWith("-") && !["-o", "--option", "-c"].includes(args[i - 1] ?? ""));
