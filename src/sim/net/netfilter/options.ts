/** Long options of iptables, which may be cut short as getopt_long(3) allows. */

/** iptables' own (xshared.h of iptables 1.8.10): whether an argument must follow. */
const own: Record<string, boolean> = {
  append: true,
  check: true,
  delete: true,
  insert: true,
  replace: true,
  list: false,
  "list-rules": false,
  flush: false,
  zero: false,
  "new-chain": true,
  "delete-chain": false,
  "rename-chain": true,
  policy: true,
  source: true,
  destination: true,
  src: true,
  dst: true,
  protocol: true,
  "in-interface": true,
  jump: true,
  table: true,
  match: true,
  numeric: false,
  "out-interface": true,
  verbose: false,
  wait: false,
  exact: false,
  fragments: false,
  version: false,
  help: false,
  "line-numbers": false,
  modprobe: true,
  "set-counters": true,
  goto: true,
  ipv4: false,
  ipv6: false,
};

/** The option that `word` (--name or --name=value) stands for among iptables' own and `others`; undefined when it is none or may be several. */
function resolve(name: string, others: readonly string[]): string | undefined {
  if (name in own || others.includes(name)) return name;
  const fits = new Set([...Object.keys(own), ...others].filter((option) => option.startsWith(name)));
  return fits.size === 1 ? [...fits][0] : undefined;
}

/**
 * The word with its option's full name. `loaded` are the options of the extensions that the rule has named so far; when those do not
 * settle it, the protocol's own match is loaded for its (`byProtocol`), as iptables does.
 */
export function fullOption(word: string, loaded: readonly string[] = [], byProtocol: readonly string[] = []): string {
  if (!word.startsWith("--") || word === "--") return word;
  const cut = word.indexOf("=");
  const name = cut < 0 ? word.slice(2) : word.slice(2, cut);
  const full = resolve(name, loaded) ?? (byProtocol.length > 0 ? resolve(name, [...loaded, ...byProtocol]) : undefined);
  return full === undefined ? word : `--${full}${cut < 0 ? "" : word.slice(cut)}`;
}

/** --append=INPUT as two words; options of extensions keep theirs. */
export function splitOwn(word: string): string[] {
  const cut = word.startsWith("--") ? word.indexOf("=") : -1;
  return cut > 0 && own[word.slice(2, cut)] ? [word.slice(0, cut), word.slice(cut + 1)] : [word];
}
