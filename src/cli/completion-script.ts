/** Completion scripts for bash, zsh and fish, made from the command tree. */
import type { Command } from "commander";

export const shells = ["bash", "zsh", "fish"] as const;

interface Entry {
  path: string[];
  words: string[];
}

/** For each command path, what may follow: subcommands and long options. */
function entries(command: Command, path: string[] = []): Entry[] {
  const words = [
    ...command.commands.map((c) => c.name()),
    ...command.options.map((o) => o.long).filter((long) => long !== undefined && long !== null),
    "--help",
  ];
  return [{ path, words }, ...command.commands.flatMap((child) => entries(child, [...path, child.name()]))];
}

export function completionScript(program: Command, shell: (typeof shells)[number]): string {
  const list = entries(program);
  if (shell === "fish") {
    return list
      .flatMap(({ path, words }) =>
        words.map((word) => {
          const condition = path.length === 0 ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${path.at(-1)}`;
          return word.startsWith("--")
            ? `complete -c kubemend -n '${condition}' -l ${word.slice(2)}`
            : `complete -c kubemend -f -n '${condition}' -a ${word}`;
        }),
      )
      .join("\n");
  }
  const cases = list.map(({ path, words }) => `    "${path.join(" ")}") words="${words.join(" ")}" ;;`).join("\n");
  const body = `_kubemend() {
  local path="" words="" i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case " ${list
      .filter((e) => e.path.length > 0)
      .map((e) => e.path.join(" "))
      .join(" : ")} " in
      *" \${path:+$path }$word "*) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _kubemend kubemend`;
  return shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${body}` : body;
}
