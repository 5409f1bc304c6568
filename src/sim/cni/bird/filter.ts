/** Runs filters over a route. */
import { NotSimulated } from "../../core/errno.ts";
import { inPrefix, parseIp, prefixOf } from "../../net/ip.ts";
import type { BirdConfig, Expression, FilterRef, Statement, Value } from "./config.ts";
import type { Route } from "./state.ts";

export interface Verdict {
  accepted: boolean;
  /** The route as the filter left it. */
  route: Route;
}

class Stop extends Error {
  readonly verdict: "accept" | "reject" | "return";
  readonly value: Value;
  constructor(verdict: "accept" | "reject" | "return", value?: Value) {
    super(verdict);
    this.verdict = verdict;
    this.value = value;
  }
}

export function runFilter(config: BirdConfig, ref: FilterRef, route: Route): Verdict {
  if (ref === "all") return { accepted: true, route };
  if (ref === "none") return { accepted: false, route };
  const body = "body" in ref ? ref.body : config.filters[ref.name];
  if (!body) return { accepted: false, route };
  const run = new Run(config, { ...route });
  try {
    run.block(body, {});
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { accepted: error.verdict === "accept", route: run.route };
  }
  // a filter that falls off its end rejects
  return { accepted: false, route: run.route };
}

class Run {
  readonly route: Route;
  readonly #config: BirdConfig;
  constructor(config: BirdConfig, route: Route) {
    this.#config = config;
    this.route = route;
  }

  block(body: Statement[], locals: Record<string, Value>): void {
    for (const s of body) this.#statement(s, locals);
  }

  #statement(s: Statement, locals: Record<string, Value>): void {
    switch (s.do) {
      case "accept":
      case "reject":
        throw new Stop(s.do);
      case "return":
        throw new Stop("return", s.value && this.#eval(s.value, locals));
      case "if":
        return this.block(this.#eval(s.test, locals) === true ? s.yes : s.no, locals);
      case "call":
        this.#call(
          s.name,
          s.args.map((a) => this.#eval(a, locals)),
        );
        return;
      case "set":
        return this.#assign(s.name, this.#eval(s.value, locals), locals);
      case "unset":
        return this.#assign(s.name, undefined, locals);
      case "attribute":
        if (s.name === "bgp_community" || s.name === "bgp_large_community") return;
        if (s.name === "bgp_path" && s.method === "prepend") {
          this.route.asPath = [Number(this.#eval(s.args[0]!, locals)), ...(this.route.asPath ?? [])];
          return;
        }
        throw new NotSimulated(`BIRD filter method ${s.name}.${s.method}`);
      case "print":
        return;
    }
  }

  #assign(name: string, value: Value, locals: Record<string, Value>): void {
    const r = this.route;
    if (name === "krt_tunnel") r.tunnel = typeof value === "string" && value !== "" ? value : undefined;
    else if (name === "preference") r.preference = Number(value);
    else if (name === "bgp_local_pref") r.localPref = Number(value);
    else if (name === "bgp_med") r.med = Number(value);
    else if (name === "krt_prefsrc") r.prefsrc = value && typeof value === "object" && "ip" in value ? value.ip : undefined;
    else if (name === "krt_metric") r.metric = Number(value);
    else locals[name] = value;
  }

  #call(name: string, args: Value[]): Value {
    const f = this.#config.functions[name];
    if (!f) throw new NotSimulated(`BIRD filter function ${name}`);
    const locals: Record<string, Value> = {};
    f.args.forEach((arg, i) => (locals[arg] = args[i]));
    try {
      this.block(f.body, locals);
    } catch (error) {
      if (error instanceof Stop && error.verdict === "return") return error.value;
      throw error;
    }
    return undefined;
  }

  #eval(e: Expression, locals: Record<string, Value>): Value {
    switch (e.op) {
      case "literal":
        return e.value;
      case "name":
        return this.#name(e.name, locals);
      case "call":
        if (e.name === ".len") {
          const of = this.#eval(e.args[0]!, locals);
          if (of && typeof of === "object" && "prefix" in of) return prefixOf(of.prefix).len;
          return this.route.asPath?.length ?? 0;
        }
        return this.#call(
          e.name,
          e.args.map((a) => this.#eval(a, locals)),
        );
      case "defined":
        return this.#eval(e.of, locals) !== undefined;
      case "not":
        return this.#eval(e.of, locals) !== true;
      case "and":
        return this.#eval(e.left, locals) === true && this.#eval(e.right, locals) === true;
      case "or":
        return this.#eval(e.left, locals) === true || this.#eval(e.right, locals) === true;
      case "pair":
        return { tuple: e.items.map((i) => Number(this.#eval(i, locals))) };
      case "set":
        throw new NotSimulated("a BIRD set outside of a match");
      case "~":
        return this.#matches(this.#eval(e.left, locals), e.right, locals);
      case "!~":
        return !this.#matches(this.#eval(e.left, locals), e.right, locals);
      default:
        return compare(e.op, this.#eval(e.left, locals), this.#eval(e.right, locals));
    }
  }

  #name(name: string, locals: Record<string, Value>): Value {
    const r = this.route;
    if (name in locals) return locals[name];
    switch (name) {
      case "net":
        return { prefix: r.net };
      case "source":
        return `RTS_${r.source}`;
      case "proto":
        return r.proto;
      case "ifname":
        return r.dev;
      case "gw":
        return r.via === undefined ? undefined : { ip: r.via };
      case "from":
        return r.from === undefined ? undefined : { ip: r.from };
      case "bgp_next_hop":
        return r.nextHop === undefined ? undefined : { ip: r.nextHop };
      case "bgp_local_pref":
        return r.localPref;
      case "bgp_med":
        return r.med;
      case "preference":
        return r.preference;
      case "dest":
        return `RTD_${r.dest.toUpperCase()}`;
      case "krt_tunnel":
        return r.tunnel;
      case "krt_source":
        return r.krtSource;
      case "krt_metric":
        return r.metric;
      default:
        if (/^(RTS|RTD|ORIGIN|SCOPE)_[A-Z0-9_]+$/.test(name)) return name;
        throw new NotSimulated(`BIRD route attribute ${name}`);
    }
  }

  #matches(left: Value, right: Expression, locals: Record<string, Value>): boolean {
    if (right.op === "set") {
      return right.items.some((item) => {
        if (item.prefix !== undefined) {
          if (!left || typeof left !== "object") return false;
          const net = "prefix" in left ? prefixOf(left.prefix) : "ip" in left ? { ip: parseIp(left.ip)!, len: 32 } : undefined;
          const p = prefixOf(item.prefix);
          return net !== undefined && net.len >= item.low! && net.len <= item.high! && inPrefix(net.ip, p.ip, Math.min(p.len, net.len));
        }
        const [from, to] = [this.#eval(item.from!, locals), this.#eval(item.to!, locals)];
        return compare(">=", left, from) && compare("<=", left, to);
      });
    }
    const value = this.#eval(right, locals);
    if (typeof left === "string" && typeof value === "string") return glob(value).test(left);
    if (left && value && typeof left === "object" && typeof value === "object" && "prefix" in value) {
      const outer = prefixOf(value.prefix);
      if ("prefix" in left) {
        const inner = prefixOf(left.prefix);
        return inner.len >= outer.len && inPrefix(inner.ip, outer.ip, outer.len);
      }
      if ("ip" in left) return inPrefix(parseIp(left.ip)!, outer.ip, outer.len);
    }
    return false;
  }
}

export const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
  );

function compare(op: string, left: Value, right: Value): boolean {
  const [a, b] = [key(left), key(right)];
  switch (op) {
    case "=":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a !== undefined && b !== undefined && a < b;
    case ">":
      return a !== undefined && b !== undefined && a > b;
    case "<=":
      return a !== undefined && b !== undefined && a <= b;
    case ">=":
      return a !== undefined && b !== undefined && a >= b;
    default:
      throw new NotSimulated(`BIRD filter operator ${op}`);
  }
}

function key(v: Value): string | number | boolean | undefined {
  if (v === undefined || typeof v !== "object") return v;
  if ("prefix" in v) return v.prefix;
  if ("ip" in v) return parseIp(v.ip) ?? v.ip;
  return v.tuple.join(",");
}
