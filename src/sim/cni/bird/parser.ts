/** Parses bird.conf (BIRD 2) and bird.cfg (Calico's BIRD 1.6). */
import { copy } from "../../core/copy.ts";
import { NotSimulated } from "../../core/errno.ts";
import type { BgpConfig, BirdConfig, ChannelConfig, FilterRef, Flavour, ProtocolConfig, StaticRoute } from "./config.ts";
import { block, expression } from "./filterparser.ts";
import { ConfigError, tokenize } from "./lexer.ts";
import { Reader } from "./reader.ts";

/** Throws ConfigError with BIRD's own message, NotSimulated for what this BIRD does not model. */
export function parseConfig(
  flavour: Flavour,
  file: string,
  text: string,
  read: (pattern: string) => { file: string; text: string }[],
): BirdConfig {
  return new Parser(flavour, tokenize(file, text, read)).parse();
}

const kinds = { device: "Device", direct: "Direct", kernel: "Kernel", static: "Static", bgp: "BGP", bfd: "BFD" } as const;

class Parser {
  readonly #r: Reader;
  readonly #flavour: Flavour;
  readonly #config: BirdConfig = { logs: [], protocols: [], filters: {}, functions: {} };
  readonly #templates = new Map<string, ProtocolConfig>();
  readonly #counts: Record<string, number> = {};

  constructor(flavour: Flavour, tokens: ReturnType<typeof tokenize>) {
    this.#flavour = flavour;
    this.#r = new Reader(tokens);
  }

  parse(): BirdConfig {
    const r = this.#r;
    const empty = r.peek().kind === "end";
    if (empty) throw r.unexpected();
    while (r.peek().kind !== "end") this.#top();
    if (this.#config.protocols.length === 0)
      throw new ConfigError({ ...r.peek(), column: 0 }, "No protocol is specified in the config file");
    for (const p of this.#config.protocols) if (p.bgp) this.#check(p);
    return this.#config;
  }

  #top(): void {
    const r = this.#r;
    const c = this.#config;
    if (r.accept(";")) return;
    if (r.accept("log")) return this.#log();
    if (r.accept("router", "id")) {
      if (r.peek().kind !== "ip") throw new NotSimulated("BIRD router id from an interface");
      c.routerId = r.take().value;
      return r.expect(";");
    }
    if (r.accept("listen", "bgp")) {
      c.listen = { port: 179 };
      while (!r.is(";")) {
        if (r.accept("port")) c.listen.port = r.number();
        else if (r.accept("address")) c.listen.address = r.take().value;
        else throw r.unexpected();
      }
      return r.expect(";");
    }
    if (r.accept("filter")) {
      const name = this.#define();
      c.filters[name] = block(r);
      return;
    }
    if (r.accept("function")) {
      const name = this.#define();
      const args: string[] = [];
      r.expect("(");
      while (!r.is(")")) {
        r.symbol();
        args.push(r.symbol());
        if (!r.accept(";")) r.accept(",");
      }
      r.expect(")");
      c.functions[name] = { args, body: block(r) };
      return;
    }
    if (r.accept("template")) return this.#protocol(true);
    if (r.accept("protocol")) return this.#protocol(false);
    if (r.accept("debug")) return this.#skipTo(";");
    if (
      r.accept("timeformat") ||
      r.accept("mrtdump") ||
      r.accept("watchdog") ||
      r.accept("graceful") ||
      r.accept("ipv4") ||
      r.accept("ipv6")
    )
      throw new NotSimulated("this top-level option of bird.conf");
    if (r.is("define") || r.is("table") || r.is("roa")) throw new NotSimulated(`BIRD ${r.peek().value}`);
    throw r.unexpected();
  }

  /** A new symbol. */
  #define(): string {
    const r = this.#r;
    const t = r.peek();
    if (t.kind !== "symbol") throw r.unexpected("CF_SYM_UNDEFINED");
    if (r.known.has(t.value)) throw new ConfigError({ ...t, column: t.column }, `Symbol '${t.value}' already defined`);
    r.take();
    r.known.add(t.value);
    return t.value;
  }

  #log(): void {
    const r = this.#r;
    if (r.peek().kind === "text") this.#config.logs.push({ to: { file: r.take().value } });
    else if (r.accept("stderr")) this.#config.logs.push({ to: "stderr" });
    else if (r.accept("syslog")) {
      this.#config.logs.push({ to: "syslog" });
      if (r.accept("name")) r.text();
    } else throw r.unexpected();
    if (r.is("{") || r.is("all")) this.#skipTo(";");
    else r.expect(";");
  }

  #skipTo(end: string): void {
    let depth = 0;
    for (;;) {
      const t = this.#r.take();
      if (t.kind === "end") throw this.#r.unexpected();
      if (t.value === "{") depth++;
      if (t.value === "}") depth--;
      if (t.value === end && depth === 0) return;
    }
  }

  #protocol(template: boolean): void {
    const r = this.#r;
    const word = r.peek().value as keyof typeof kinds;
    const kind = kinds[word];
    if (!kind) {
      if (["ospf", "rip", "babel", "pipe", "radv", "rpki", "mrt", "perf", "l3vpn"].includes(word))
        throw new NotSimulated(`BIRD protocol ${word}`);
      throw r.unexpected();
    }
    r.take();
    let name: string | undefined;
    if (r.peek().kind === "symbol" && !r.is("from")) name = this.#define();
    else if (template) throw r.unexpected("CF_SYM_UNDEFINED");
    let p: ProtocolConfig;
    if (r.accept("from")) {
      const t = r.peek();
      if (t.kind !== "symbol" || !r.known.has(t.value)) throw r.unexpected("CF_SYM_KNOWN");
      r.take();
      const base = this.#templates.get(t.value);
      if (!base || base.kind !== kind) throw new ConfigError(t, "Template or protocol name expected");
      p = copy(base);
    } else p = { name: "", kind, disabled: false, channels: [], traceStates: false };
    p.name = name ?? `${word}${(this.#counts[word] = (this.#counts[word] ?? 0) + 1)}`;
    if (!name) r.known.add(p.name);
    if (kind === "BGP") p.bgp ??= bgpDefaults();
    if (this.#flavour === "bird1" && kind !== "Device" && kind !== "BFD" && p.channels.length === 0) p.channels.push(channel("ipv4"));
    r.expect("{");
    while (!r.accept("}")) this.#option(p);
    if (template) this.#templates.set(p.name, p);
    else this.#config.protocols.push(p);
  }

  #option(p: ProtocolConfig): void {
    const r = this.#r;
    if (r.accept(";")) return;
    if (r.accept("disabled")) p.disabled = r.flag();
    else if (r.accept("description")) p.description = r.text();
    else if (r.accept("debug")) {
      p.traceStates = r.is("all") || r.is("{");
      if (r.accept("{")) {
        p.traceStates = false;
        while (!r.accept("}")) {
          if (r.accept("states")) p.traceStates = true;
          else r.take();
        }
      } else r.take();
    } else if (r.accept("vrf")) throw new NotSimulated("BIRD vrf");
    else if (this.#flavour === "bird2" && (r.is("ipv4") || r.is("ipv6"))) this.#channel(p);
    else if (this.#flavour === "bird1" && p.channels[0] && this.#channelOption(p.channels[0])) void 0;
    else if (p.kind === "BGP") this.#bgpOption(p.bgp!);
    else if (p.kind === "BFD") return this.#skipOption();
    else if (r.accept("scan", "time")) p.scanTime = r.time();
    else if (r.accept("learn")) p.learn = r.flag();
    else if (r.accept("persist")) p.persist = r.flag();
    else if (r.accept("metric")) p.metric = r.number();
    else if (r.accept("graceful", "restart")) r.flag();
    else if (r.accept("merge", "paths")) r.flag();
    else if (r.accept("interface")) {
      p.interfaces = [];
      do p.interfaces.push((r.accept("-") ? "-" : "") + r.text());
      while (r.accept(","));
    } else if (r.accept("route")) (p.routes ??= []).push(this.#route());
    else if (r.accept("check", "link")) r.flag();
    else throw r.unexpected();
    r.expect(";");
  }

  #skipOption(): void {
    let depth = 0;
    for (;;) {
      const t = this.#r.peek();
      if (t.kind === "end") throw this.#r.unexpected();
      if (depth === 0 && t.value === "}") return;
      this.#r.take();
      if (t.value === "{") depth++;
      if (t.value === "}" && --depth === 0) return;
      if (depth === 0 && t.value === ";") return;
    }
  }

  #route(): StaticRoute {
    const r = this.#r;
    const net = r.peek();
    if (net.kind !== "prefix") throw r.unexpected();
    r.take();
    if (r.accept("blackhole") || r.accept("drop")) return { net: net.value, type: "blackhole" };
    if (r.accept("unreachable")) return { net: net.value, type: "unreachable" };
    if (r.accept("reject")) return { net: net.value, type: "unreachable" };
    if (r.accept("prohibit")) return { net: net.value, type: "prohibit" };
    r.expect("via");
    if (r.peek().kind === "text") return { net: net.value, type: "unicast", dev: r.text() };
    const via = r.peek();
    if (via.kind !== "ip") throw r.unexpected();
    r.take();
    return { net: net.value, type: "unicast", via: via.value };
  }

  #channel(p: ProtocolConfig): void {
    const r = this.#r;
    const family = r.take().value as "ipv4" | "ipv6";
    let c = p.channels.find((x) => x.family === family);
    if (!c) p.channels.push((c = channel(family)));
    if (!r.accept("{")) return;
    while (!r.accept("}")) {
      if (r.accept(";")) continue;
      if (!this.#channelOption(c)) throw r.unexpected();
      r.expect(";");
    }
  }

  #channelOption(c: ChannelConfig): boolean {
    const r = this.#r;
    if (r.accept("import", "limit")) {
      c.importLimit = r.number();
      if (r.accept("action")) r.take();
    } else if (r.accept("import", "keep", "filtered")) r.flag();
    else if (r.accept("import")) c.import = this.#filter();
    else if (r.accept("export")) c.export = this.#filter();
    else if (r.accept("table")) c.table = r.symbol();
    else if (r.accept("preference")) c.preference = r.number();
    else if (r.accept("next", "hop", "self")) c.nextHopSelf = r.flag();
    else if (r.accept("next", "hop", "keep")) c.nextHopKeep = r.flag();
    else if (r.accept("add", "paths")) c.addPaths = r.accept("rx") || r.accept("tx") || r.flag();
    else if (r.accept("gateway")) c.gateway = r.accept("direct") ? "direct" : (r.expect("recursive"), "recursive");
    else return false;
    return true;
  }

  #filter(): FilterRef {
    const r = this.#r;
    if (r.accept("all")) return "all";
    if (r.accept("none")) return "none";
    if (r.accept("where")) return { body: [{ do: "if", test: expression(r), yes: [{ do: "accept" }], no: [{ do: "reject" }] }] };
    r.expect("filter");
    if (r.is("{")) return { body: block(r) };
    const t = r.peek();
    if (t.kind !== "symbol" || !r.known.has(t.value)) throw r.unexpected("CF_SYM_KNOWN");
    return { name: r.take().value };
  }

  #bgpOption(b: BgpConfig): void {
    const r = this.#r;
    if (r.accept("local")) {
      if (r.peek().kind === "ip") b.localAddress = r.take().value;
      if (r.accept("port")) throw new NotSimulated("BGP local port");
      if (r.accept("as")) b.localAs = r.number();
    } else if (r.accept("neighbor")) {
      while (!r.is(";")) {
        if (r.peek().kind === "ip") b.neighbor = r.take().value;
        else if (r.accept("port")) b.port = r.number();
        else if (r.accept("as")) b.neighborAs = r.number();
        else if (r.accept("internal")) b.neighborAs = b.localAs;
        else throw r.unexpected();
      }
    } else if (r.accept("source", "address")) b.sourceAddress = r.take().value;
    else if (r.accept("multihop")) {
      b.multihop = true;
      if (r.peek().kind === "number") r.number();
    } else if (r.accept("direct")) b.multihop = false;
    else if (r.accept("hold", "time")) b.holdTime = r.time();
    else if (r.accept("keepalive", "time")) b.keepaliveTime = r.time();
    else if (r.accept("connect", "retry", "time")) b.connectRetryTime = r.time();
    else if (r.accept("connect", "delay", "time")) b.connectDelayTime = r.time();
    else if (r.accept("start", "delay", "time")) b.connectDelayTime = r.time();
    else if (r.accept("error", "wait", "time")) {
      const low = r.time();
      r.expect(",");
      b.errorWait = [low, r.time()];
    } else if (r.accept("error", "forget", "time")) b.errorForget = r.time();
    else if (r.accept("disable", "after", "error")) b.disableAfterError = r.flag();
    else if (r.accept("graceful", "restart", "time")) b.gracefulRestartTime = r.time();
    else if (r.accept("graceful", "restart", "aware")) b.gracefulRestart = "aware";
    else if (r.accept("graceful", "restart")) b.gracefulRestart = r.flag() ? "on" : "off";
    else if (r.accept("passive")) b.passive = r.flag();
    else if (r.accept("rr", "client")) b.rrClient = r.flag();
    else if (r.accept("rr", "cluster", "id")) b.rrClusterId = r.take().value;
    else if (r.accept("password")) b.password = r.text();
    else if (r.is("bfd") || r.is("ttl") || r.is("confederation") || r.is("allow")) throw new NotSimulated(`BGP option ${r.peek().value}`);
    else throw r.unexpected();
  }

  #check(p: ProtocolConfig): void {
    const b = p.bgp!;
    const at = { ...this.#r.peek(), column: 0 };
    if (b.localAs === 0) throw new ConfigError(at, "Local AS number must be set");
    if (b.neighbor === "") throw new ConfigError(at, "Neighbor must be configured");
    if (b.neighborAs === 0) throw new ConfigError(at, "Remote AS number must be set");
    b.internal = b.localAs === b.neighborAs;
    // iBGP sessions are multihop unless said otherwise (proto/bgp/bgp.c, bgp_postconfig)
    b.multihop ??= b.internal;
  }
}

const channel = (family: "ipv4" | "ipv6"): ChannelConfig => ({
  family,
  table: family === "ipv4" ? "master4" : "master6",
  import: "all",
  export: "none",
});

/** Defaults of bgp_postconfig. */
function bgpDefaults(): BgpConfig {
  return {
    localAs: 0,
    neighbor: "",
    neighborAs: 0,
    port: 179,
    passive: false,
    holdTime: 240,
    connectRetryTime: 120,
    connectDelayTime: 5,
    errorWait: [60, 300],
    errorForget: 300,
    disableAfterError: false,
    gracefulRestart: "aware",
    gracefulRestartTime: 120,
    rrClient: false,
    internal: false,
  };
}
