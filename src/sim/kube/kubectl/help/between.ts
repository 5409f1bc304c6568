/**
 * The help of releases that were not recorded: a command's is given where the recorded releases on both sides print the same, or where a
 * source tells which release brought each line that differs. Numbers are those of kubernetes/kubernetes' pull requests.
 */
import { recorded, recordedReleases } from "./recorded.ts";

type Change = (text: string) => string;

/** In place of `from`, which is there; a text that has changed is nobody's help. */
const instead =
  (from: string, to: string): Change =>
  (text) => {
    if (!text.includes(from)) throw new Error(`kubectl's help has no ${JSON.stringify(from)}`);
    return text.replaceAll(from, to);
  };

/** 1.34: -o is short for --output again, as in 1.32; 1.33.2 as well (#131962, #131993). */
const explainShort = instead("    --output='plaintext':", "    -o, --output='plaintext':");
/** 1.34: CHANGELOG-1.34, #132542. */
const ignoreNotFound = instead(
  "If the requested object does not exist the command will return exit code 0.",
  "If set to true, suppresses NotFound error for specific objects that do not exist. Using this flag with commands that query for collections of resources has no effect when no resources are found.",
);
/** 1.35: kyaml without KUBECTL_KYAML=true, by which 1.34 had it (CHANGELOG-1.34, #132942; CHANGELOG-1.35, #133327). */
const kyaml: Change = (text) => text.replace(/\bjson(, |\|)yaml\b(?!\1kyaml)/g, "json$1yaml$1kyaml");
const noKyaml: Change = (text) => text.replace(/kyaml(, |\|)/g, "");
/** 1.35: CHANGELOG-1.35, #134481. */
const chunkSize = instead(" Pass 0 to disable. This flag is beta and may change in the future.", " Pass 0 to disable.");
/** 1.35: CHANGELOG-1.35, #133731 and #133907. */
const waitStable = instead("Experimental: Wait for", "Wait for");
/** 1.35: `kubectl alpha kuberc` (#135003), which is `kubectl kuberc` since 1.36 (#136643); alpha is listed when it has commands (cmd.go). */
const alpha = instead("\nOther Commands:\n", "\nOther Commands:\n  alpha           Commands for features in alpha\n");

/**
 * 1.34 prints what 1.33 does, but for `explain` and `get` and for commands whose lines of 1.36 came with it: `api-resources` (#132604),
 * `autoscale` (#129373), `top node` and `top pod` (#129458). undefined: nothing tells.
 */
const release34: Record<string, Change | undefined> = {
  explain: explainShort,
  get: ignoreNotFound,
  // #132770 and #132567 have no release note
  "set selector": undefined,
  top: undefined,
};
const as36In34 = new Set(["api-resources", "autoscale", "top node", "top pod"]);

/** 1.35 prints what 1.36 does, but for these: 1.33's help with what has come since. Behind each, what 1.36 brought. */
const release35: Record<string, Change[] | undefined> = {
  "": [waitStable, alpha],
  attach: [], // --detach-keys, #134997
  "create configmap": [kyaml], // #136703, of February 2026
  debug: [], // #135874
  describe: [chunkSize], // #137145
  diff: [], // #137019
  explain: [explainShort], // -R, #135283
  run: [kyaml], // --detach-keys, #134997
  wait: [waitStable, kyaml], // #136855
  // kubectl alpha kuberc was not recorded
  alpha: undefined,
};

/** A command's help in a release; undefined when it is not known, or when a recorded release has no such command. */
export function helpOf(command: string, minor: number, patch: number): string | undefined {
  if (recordedReleases.includes(minor)) {
    const text = recorded(command, minor);
    // recorded with 1.33.1
    return minor === 33 && patch >= 2 && command === "explain" && text !== undefined ? explainShort(text) : text;
  }
  const older = recorded(command, recordedReleases.findLast((r) => r < minor) ?? 0);
  const newer = recorded(command, recordedReleases.find((r) => r > minor) ?? 0);
  if (older === undefined || newer === undefined) return undefined;
  if (minor === 34) {
    if (as36In34.has(command)) return noKyaml(newer);
    if (!Object.hasOwn(release34, command)) return older;
    return release34[command]?.(older);
  }
  if (minor === 35) {
    if (!Object.hasOwn(release35, command)) return newer;
    return release35[command]?.reduce((text, change) => change(text), older);
  }
  return older === newer ? older : undefined;
}
