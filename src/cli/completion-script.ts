/** Completion scripts for bash, zsh and fish, made from the command tree. */
import type { Argument, Command, Option } from "commander";

export const shells = ["bash", "zsh", "fish"] as const;

/** What may follow one command. */
interface Entry {
  path: string[];
  /** Subcommands, and what its first argument may be. */
  words: string[];
  options: readonly Option[];
  /** Its arguments are machines, or labs. */
  dynamic: "machines" | "labs" | undefined;
}

const dynamicArguments: Record<string, Entry["dynamic"]> = {
  ssh: "machines",
  "lab start": "labs",
  "lab show": "labs",
  "lab run": "labs",
  "lab verify": "labs",
};

function entries(command: Command, path: string[] = []): Entry[] {
  const [first] = command.registeredArguments as readonly (Argument | undefined)[];
  const own: Entry = {
    path,
    words: [...command.commands.map((child) => child.name()), ...(first?.argChoices ?? [])],
    options: command.options,
    dynamic: dynamicArguments[path.join(" ")],
  };
  return [own, ...command.commands.flatMap((child) => entries(child, [...path, child.name()]))];
}

const longs = (options: readonly Option[]): string[] => [...options.flatMap((option) => option.long ?? []), "--help"];

/** `labs`: identifiers of the labs there are. */
export function completionScript(program: Command, shell: (typeof shells)[number], labs: readonly string[]): string {
  const list = entries(program);
  if (shell === "fish") return fish(list, labs);
  const body = bash(list, labs);
  return shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${body}` : body;
}

function bash(list: Entry[], labs: readonly string[]): string {
  const paths = list.filter((entry) => entry.path.length > 0).map((entry) => `"${entry.path.join(" ")}"`);
  const values = list.flatMap(({ path, options }) =>
    options
      .filter((option) => option.required || option.optional)
      .map((option) => {
        const flags = [option.long, option.short].filter((flag) => typeof flag === "string").map((flag) => `"${path.join(" ")}:${flag}"`);
        // no words: bash then offers files
        return `    ${flags.join(" | ")}) words="${(option.argChoices ?? []).join(" ")}" ;;`;
      }),
  );
  const words = list.map(({ path, words: own, options, dynamic }) => {
    const dynamicWords = dynamic === "machines" ? " $(_kubemend_machines)" : dynamic === "labs" ? ` ${labs.join(" ")}` : "";
    return `    "${path.join(" ")}") words="${own.join(" ")}${dynamicWords}" options="${longs(options).join(" ")}" ;;`;
  });
  return `_kubemend_machines() {
  sed -n 's/^Host //p' "\${KUBEMEND_HOME:-.kubemend}"/*/ssh_config 2>/dev/null
}
_kubemend() {
  local path="" words="" options="" previous="\${COMP_WORDS[COMP_CWORD - 1]}" current="\${COMP_WORDS[COMP_CWORD]}" i known
  # bash takes --option=value apart at the equals sign
  if [ "$current" = "=" ]; then current=""; elif [ "$previous" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    # what stands behind -- is for a machine
    if [ "\${COMP_WORDS[i]}" = "--" ]; then COMPREPLY=(); return; fi
    for known in ${paths.join(" ")}; do
      if [ "$known" = "\${path:+$path }\${COMP_WORDS[i]}" ]; then path="$known"; break; fi
    done
  done
  case "$path:$previous" in
${values.join("\n")}
    *)
      case "$path" in
${words.map((line) => `    ${line}`).join("\n")}
      esac
      # options are offered when one begins to write them, or when there is nothing else
      if [[ "$current" == -* || -z "\${words// /}" ]]; then words="$options"; fi
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _kubemend kubemend`;
}

function fish(list: Entry[], labs: readonly string[]): string {
  return list
    .flatMap(({ path, words, options, dynamic }) => {
      const condition =
        path.length === 0 ? "__fish_use_subcommand" : path.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
      const offered = dynamic === "labs" ? [...words, ...labs] : words;
      return [
        ...offered.map((word) => `complete -c kubemend -f -n '${condition}' -a '${word}'`),
        ...options.flatMap((option) => {
          if (typeof option.long !== "string") return [];
          const value = option.required || option.optional ? (option.argChoices ? ` -x -a '${option.argChoices.join(" ")}'` : " -r") : "";
          return [`complete -c kubemend -n '${condition}' -l ${option.long.slice(2)}${value}`];
        }),
      ];
    })
    .join("\n");
}
