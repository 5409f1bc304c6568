/** `set -o` and `shopt` options. */

/** Long name → letter of set(1), "" when it has none. In the order of `set -o`. */
export const setOptions = {
  allexport: "a",
  braceexpand: "B",
  emacs: "",
  errexit: "e",
  errtrace: "E",
  functrace: "T",
  hashall: "h",
  histexpand: "H",
  history: "",
  ignoreeof: "",
  "interactive-comments": "",
  keyword: "k",
  monitor: "m",
  noclobber: "C",
  noexec: "n",
  noglob: "f",
  nolog: "",
  notify: "b",
  nounset: "u",
  onecmd: "t",
  physical: "P",
  pipefail: "",
  posix: "",
  privileged: "p",
  verbose: "v",
  vi: "",
  xtrace: "x",
} as const;

export type SetOption = keyof typeof setOptions;
export type Flags = Record<SetOption, boolean>;

export const defaultFlags = (): Flags => {
  const flags = Object.fromEntries(Object.keys(setOptions).map((name) => [name, false])) as Flags;
  flags.braceexpand = true;
  flags.hashall = true;
  flags["interactive-comments"] = true;
  return flags;
};

/** Options that can be shown, but whose effect is not simulated: only their defaults can be set. */
export const fixedOptions = new Set<SetOption>(["ignoreeof", "keyword", "nolog", "notify", "onecmd", "privileged", "vi"]);

/** Letters in the order in which $- shows them (flags.c of bash). */
export const dollarMinus = (flags: Flags, extra: { interactive: boolean; command: boolean; stdin: boolean }): string => {
  let out = "";
  for (const letter of "abefhkmnptuvxBCEHPT") {
    const name = (Object.keys(setOptions) as SetOption[]).find((key) => setOptions[key] === letter);
    if (name && flags[name]) out += letter;
    // i stands after h and k, as in flags.c's table
    if (letter === "h" && extra.interactive) out += "i";
  }
  return out + (extra.command ? "c" : "") + (extra.stdin ? "s" : "");
};

/** shopt options of bash 5.2 with their defaults in a non-interactive shell. */
export const shoptDefaults = {
  autocd: false,
  assoc_expand_once: false,
  cdable_vars: false,
  cdspell: false,
  checkhash: false,
  checkjobs: false,
  checkwinsize: true,
  cmdhist: true,
  compat31: false,
  compat32: false,
  compat40: false,
  compat41: false,
  compat42: false,
  compat43: false,
  compat44: false,
  complete_fullquote: true,
  direxpand: false,
  dirspell: false,
  dotglob: false,
  execfail: false,
  expand_aliases: false,
  extdebug: false,
  extglob: false,
  extquote: true,
  failglob: false,
  force_fignore: true,
  globasciiranges: true,
  globskipdots: true,
  globstar: false,
  gnu_errfmt: false,
  histappend: false,
  histreedit: false,
  histverify: false,
  hostcomplete: true,
  huponexit: false,
  inherit_errexit: false,
  interactive_comments: true,
  lastpipe: false,
  lithist: false,
  localvar_inherit: false,
  localvar_unset: false,
  login_shell: false,
  mailwarn: false,
  no_empty_cmd_completion: false,
  nocaseglob: false,
  nocasematch: false,
  noexpand_translation: false,
  nullglob: false,
  patsub_replacement: true,
  progcomp: true,
  progcomp_alias: false,
  promptvars: true,
  restricted_shell: false,
  shift_verbose: false,
  sourcepath: true,
  varredir_close: false,
  xpg_echo: false,
};

export type Shopt = Record<keyof typeof shoptDefaults, boolean>;

/** Those with an effect; of the others only the default can be set. */
export const changeableShopt = new Set<keyof Shopt>([
  "checkwinsize",
  "dotglob",
  "execfail",
  "expand_aliases",
  "extglob",
  "failglob",
  "globstar",
  "histappend",
  "inherit_errexit",
  "lastpipe",
  "nocaseglob",
  "nocasematch",
  "nullglob",
  "patsub_replacement",
  "promptvars",
]);
