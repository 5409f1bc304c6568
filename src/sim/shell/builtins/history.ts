/** history, fc, ulimit, enable, complete. */
import { NotSimulated } from "../../core/errno.ts";
import { options, type Builtin, type Options } from "./builtin.ts";
import { completeCommand, completeFile } from "../complete.ts";

export const history: Builtin = async (sh, words) => {
  const parsed = await options(
    sh,
    words,
    "cd:anrwps",
    "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]",
  );
  if (!parsed) return 2;
  const { flags, values, rest } = parsed;
  const file = rest[0] ?? sh.vars.get("HISTFILE") ?? `${sh.home("")}/.bash_history`;
  if (flags.has("c")) sh.history = [];
  else if (values.has("d")) {
    const n = Number(values.get("d"));
    if (!Number.isInteger(n) || n < 1 || n > sh.history.length) {
      await sh.error(`history: ${values.get("d")}: history position out of range`);
      return 1;
    }
    sh.history.splice(n - 1, 1);
  } else if (flags.has("w")) sh.p.fs.write(file, sh.history.map((l) => `${l}\n`).join(""), { mode: 0o600 });
  else if (flags.has("a")) {
    sh.p.fs.write(
      file,
      sh.history
        .slice(sh.historyBase)
        .map((l) => `${l}\n`)
        .join(""),
      { mode: 0o600, append: true },
    );
    sh.historyBase = sh.history.length;
  } else if (flags.has("r") || flags.has("n")) sh.history.push(...(sh.p.fs.tryReadText(file) ?? "").split("\n").filter((l) => l !== ""));
  else if (flags.has("s")) sh.history.push(rest.join(" "));
  else if (flags.has("p")) throw new NotSimulated("history -p");
  else {
    const count = rest[0] === undefined ? sh.history.length : Number(rest[0]);
    if (Number.isNaN(count)) {
      await sh.error(`history: ${rest[0]}: numeric argument required`);
      return 1;
    }
    const from = Math.max(0, sh.history.length - count);
    for (let i = from; i < sh.history.length; i++) await sh.p.out(`${String(i + 1).padStart(5)}  ${sh.history[i]}\n`);
  }
  return 0;
};

/** Resource limits of a login on Ubuntu 24.04: letter → description with unit, soft and hard limit. */
const limits: [string, string, string, string][] = [
  ["R", "real-time non-blocking time  (microseconds, -R)", "unlimited", "unlimited"],
  ["c", "core file size              (blocks, -c)", "0", "unlimited"],
  ["d", "data seg size               (kbytes, -d)", "unlimited", "unlimited"],
  ["e", "scheduling priority                 (-e)", "0", "0"],
  ["f", "file size                   (blocks, -f)", "unlimited", "unlimited"],
  ["i", "pending signals                     (-i)", "7666", "7666"],
  ["l", "max locked memory           (kbytes, -l)", "253752", "253752"],
  ["m", "max memory size             (kbytes, -m)", "unlimited", "unlimited"],
  ["n", "open files                          (-n)", "1024", "1048576"],
  ["p", "pipe size                (512 bytes, -p)", "8", "8"],
  ["q", "POSIX message queues         (bytes, -q)", "819200", "819200"],
  ["r", "real-time priority                  (-r)", "0", "0"],
  ["s", "stack size                  (kbytes, -s)", "8192", "unlimited"],
  ["t", "cpu time                   (seconds, -t)", "unlimited", "unlimited"],
  ["u", "max user processes                  (-u)", "7666", "7666"],
  ["v", "virtual memory              (kbytes, -v)", "unlimited", "unlimited"],
  ["x", "file locks                          (-x)", "unlimited", "unlimited"],
];

export const ulimit: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "SHabcdefiklmnpqrstuvxPRT", "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]");
  if (!parsed) return 2;
  const { flags, rest } = parsed;
  const hard = flags.has("H");
  const chosen = [...flags].filter((f) => f !== "S" && f !== "H" && f !== "a");
  const value = ([, , soft, top]: [string, string, string, string]): string => (hard ? top : soft);
  if (flags.has("a")) {
    for (const entry of limits) await sh.p.out(`${entry[1]} ${value(entry)}\n`);
    return 0;
  }
  const letter = chosen[0] ?? "f";
  const entry = limits.find(([l]) => l === letter);
  if (!entry) throw new NotSimulated(`ulimit -${letter}`);
  if (rest.length === 0) {
    await sh.p.out(`${value(entry)}\n`);
    return 0;
  }
  const wanted = rest[0] === "hard" ? entry[3] : rest[0] === "soft" ? entry[2] : rest[0]!;
  if (!/^(\d+|unlimited)$/.test(wanted)) {
    await sh.error(`ulimit: ${wanted}: invalid number`);
    return 1;
  }
  if (sh.p.uid !== 0 && entry[3] !== "unlimited" && (wanted === "unlimited" || Number(wanted) > Number(entry[3]))) {
    await sh.error(`ulimit: ${entry[1].replace(/\s*\(.*/, "")}: cannot modify limit: Operation not permitted`);
    return 1;
  }
  // limits are those of a login; no others are enforced
  if (wanted !== (hard ? entry[3] : entry[2])) throw new NotSimulated(`ulimit -${letter} with another value`);
  return 0;
};

/** Sources of completions that are not simulated: everything but word lists. */
function refuseSources(name: string, given: Options, simulated: string): void {
  const letter = [...given.values.keys(), ...given.flags].find((f) => !simulated.includes(f));
  if (letter !== undefined) throw new NotSimulated(`${name} -${letter}`);
}

export const complete: Builtin = async (sh, words) => {
  const parsed = await options(
    sh,
    words,
    "abcdefgjksuvprDEIo:A:G:W:F:C:X:P:S:",
    "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]",
  );
  if (!parsed) return 2;
  const { flags, values, rest } = parsed;
  refuseSources("complete", parsed, "prW");
  if (flags.has("r")) {
    for (const name of rest.length > 0 ? rest : sh.completions.keys()) sh.completions.delete(name);
    return 0;
  }
  if (flags.has("p") || rest.length === 0) {
    let status = 0;
    for (const name of rest.length > 0 ? rest : sh.completions.keys()) {
      const list = sh.completions.get(name);
      if (list) await sh.p.out(`complete -W '${list.join(" ").replaceAll("'", "'\\''")}' ${name}\n`);
      else {
        await sh.error(`complete: ${name}: no completion specification`);
        status = 1;
      }
    }
    return status;
  }
  const list = (values.get("W") ?? "").split(/\s+/).filter((w) => w !== "");
  for (const name of rest) sh.completions.set(name, list);
  return 0;
};

export const compopt: Builtin = () => {
  throw new NotSimulated("compopt");
};

export const compgen: Builtin = async (sh, words) => {
  const parsed = await options(
    sh,
    words,
    "abcdefgjksuvo:A:G:W:F:C:X:P:S:",
    "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]",
  );
  if (!parsed) return 2;
  const { flags, values, rest } = parsed;
  refuseSources("compgen", parsed, "abcdfvAW");
  const prefix = rest[0] ?? "";
  const action = values.get("A");
  if (action !== undefined && !["alias", "builtin", "command", "directory", "file", "function", "variable"].includes(action))
    throw new NotSimulated(`compgen -A ${action}`);
  const wants = (letter: string, name: string): boolean => flags.has(letter) || action === name;
  const found: string[] = [];
  const list = values.get("W");
  if (list !== undefined) found.push(...list.split(/\s+/).filter((w) => w !== "" && w.startsWith(prefix)));
  if (wants("c", "command")) found.push(...completeCommand(sh, prefix));
  if (wants("b", "builtin")) found.push(...sh.builtinNames().filter((n) => n.startsWith(prefix)));
  if (action === "function") found.push(...[...sh.functions.keys()].filter((n) => n.startsWith(prefix)).sort());
  if (wants("v", "variable")) found.push(...sh.variableNames(prefix));
  if (wants("a", "alias")) found.push(...[...sh.aliases.keys()].filter((n) => n.startsWith(prefix)).sort());
  if (wants("f", "file")) found.push(...completeFile(sh, prefix));
  if (wants("d", "directory")) found.push(...completeFile(sh, prefix).filter((path) => sh.p.fs.isDir(path)));
  for (const one of found) await sh.p.out(`${one}\n`);
  return found.length > 0 ? 0 : 1;
};

export const enable: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "anpsf:d", "enable [-a] [-dnps] [-f filename] [name ...]");
  if (!parsed) return 2;
  if (parsed.rest.length > 0) throw new NotSimulated("enable with names");
  const letter = ["s", "f", "d"].find((f) => parsed.flags.has(f));
  if (letter !== undefined) throw new NotSimulated(`enable -${letter}`);
  // no builtin is ever disabled
  if (parsed.flags.has("n")) return 0;
  for (const name of sh.builtinNames()) await sh.p.out(`enable ${name}\n`);
  return 0;
};

export const suspend: Builtin = async (sh, words) => {
  const parsed = await options(sh, words, "f", "suspend [-f]");
  if (!parsed) return 2;
  if (!parsed.flags.has("f") && (!sh.flags.monitor || sh.login)) {
    await sh.error(`suspend: cannot suspend${sh.flags.monitor ? " a login shell" : ": no job control"}`);
    return 1;
  }
  sh.p.raise("SIGSTOP");
  await sh.p.block(Promise.resolve());
  return 0;
};

export const fc: Builtin = async (sh, words) => {
  if (!words.includes("-l")) throw new NotSimulated("fc without -l");
  const from = Math.max(0, sh.history.length - 16);
  for (let i = from; i < sh.history.length; i++) await sh.p.out(`${i + 1}${words.includes("-n") ? "" : "\t"} ${sh.history[i]}\n`);
  return 0;
};

export const bind: Builtin = async (_sh, words) => {
  if (words.length > 1) throw new NotSimulated("bind");
  return 0;
};
