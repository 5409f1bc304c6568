/** The Corefile: server blocks of plugins (coredns/coredns, coremain and plugin.cfg). */

export interface Directive {
  name: string;
  args: string[];
  block: string[][];
}
export interface ServerBlock {
  zones: string[];
  port: number;
  plugins: Directive[];
}

/** All plugins that a stock binary knows (plugin.cfg). */
const knownPlugins = new Set(
  "root metadata geoip cancel tls quic timeouts multisocket reload nsid bufsize bind debug trace ready health pprof prometheus errors log dnstap local dns64 acl any chaos loadbalance tsig cache rewrite header dnssec autopath minimal template transfer hosts route53 azure clouddns k8s_external kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign view nomad".split(
    " ",
  ),
);
export const modelled = new Set(
  "errors health ready kubernetes prometheus forward cache loop reload loadbalance hosts log metadata bind bufsize local minimal".split(
    " ",
  ),
);

export class CorefileError extends Error {}

/** Throws CorefileError with the text that coredns prints. */
export function parseCorefile(text: string, file: string): ServerBlock[] {
  const tokens: { text: string; line: number }[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    for (const m of line.replace(/(^|\s)#.*$/, "").matchAll(/"([^"]*)"|(\S+)/g)) tokens.push({ text: m[1] ?? m[2]!, line: i + 1 });
    tokens.push({ text: "\n", line: i + 1 });
  }
  let at = 0;
  const fail = (line: number, why: string): never => {
    throw new CorefileError(`${file}:${line} - Error during parsing: ${why}`);
  };
  const blank = (): void => {
    while (tokens[at]?.text === "\n") at++;
  };
  const blocks: ServerBlock[] = [];
  for (;;) {
    blank();
    if (at >= tokens.length) return blocks;
    const keys: string[] = [];
    while (at < tokens.length && tokens[at]!.text !== "{") {
      if (tokens[at]!.text !== "\n") keys.push(tokens[at]!.text.replace(/,$/, ""));
      at++;
    }
    if (at >= tokens.length) fail(tokens.at(-1)!.line, "Unexpected EOF");
    at++;
    const plugins: Directive[] = [];
    for (;;) {
      blank();
      const t = tokens[at];
      if (!t) return fail(tokens.at(-1)!.line, "Unexpected EOF, expecting '}'");
      if (t.text === "}") {
        at++;
        break;
      }
      if (!knownPlugins.has(t.text)) fail(t.line, `Unknown directive '${t.text}'`);
      const directive: Directive = { name: t.text, args: [], block: [] };
      at++;
      while (tokens[at] && tokens[at]!.text !== "\n" && tokens[at]!.text !== "{" && tokens[at]!.text !== "}")
        directive.args.push(tokens[at++]!.text);
      if (tokens[at]?.text === "{") {
        at++;
        let row: string[] = [];
        for (;;) {
          const b = tokens[at++];
          if (!b) return fail(tokens.at(-1)!.line, "Unexpected EOF, expecting '}'");
          if (b.text === "\n" || b.text === "}") {
            if (row.length > 0) directive.block.push(row);
            row = [];
            if (b.text === "}") break;
          } else row.push(b.text);
        }
      }
      plugins.push(directive);
    }
    const zones: string[] = [];
    let port = 53;
    for (const key of keys) {
      const m = /^(?:dns:\/\/)?([^:]*)(?::(\d+))?$/.exec(key);
      if (!m) fail(1, `unsupported server key ${key}`);
      zones.push((m![1] || ".").replace(/\.$/, "").toLowerCase());
      if (m![2]) port = Number(m![2]);
    }
    blocks.push({ zones, port, plugins });
  }
}
