/** Walks over tokens, with the complaints of BIRD's bison grammar. */
import { ConfigError, type Token } from "./lexer.ts";

export class Reader {
  readonly #tokens: Token[];
  #at = 0;
  /** Names that the configuration has defined so far (bison sees CF_SYM_KNOWN for them, CF_SYM_UNDEFINED for others). */
  readonly known = new Set<string>();

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }
  is(value: string): boolean {
    const t = this.peek();
    return t.value === value && t.kind !== "text" && t.kind !== "end";
  }
  take(): Token {
    const t = this.peek();
    if (t.kind !== "end") this.#at++;
    return t;
  }
  accept(...values: string[]): boolean {
    if (!values.every((v, i) => this.peek(i).value === v && this.peek(i).kind !== "text" && this.peek(i).kind !== "end")) return false;
    this.#at += values.length;
    return true;
  }
  expect(value: string): void {
    if (!this.accept(value)) throw this.unexpected(/^\w/.test(value) ? value.toUpperCase() : `'${value}'`);
  }
  symbol(expecting = "CF_SYM_KNOWN"): string {
    if (this.peek().kind !== "symbol") throw this.unexpected(expecting);
    return this.take().value;
  }
  number(): number {
    if (this.peek().kind !== "number") throw this.unexpected("NUM");
    return Number(this.take().value);
  }
  text(): string {
    if (this.peek().kind !== "text") throw this.unexpected("TEXT");
    return this.take().value;
  }
  /** Seconds, with an optional unit. */
  time(): number {
    const value = this.number();
    if (this.accept("ms")) return value / 1000;
    if (this.accept("us")) return value / 1_000_000;
    if (this.accept("s")) return value;
    return value;
  }
  /** `yes`, `no`, `on`, `off`; nothing means yes. */
  flag(): boolean {
    if (this.accept("yes") || this.accept("on") || this.accept("true")) return true;
    if (this.accept("no") || this.accept("off") || this.accept("false")) return false;
    return true;
  }

  /** Names of tokens as the bison grammar of BIRD 2.0.12 reports them. */
  unexpected(expecting?: string): ConfigError {
    const t = this.peek();
    const name =
      t.kind === "end"
        ? "END"
        : t.kind === "number"
          ? "NUM"
          : t.kind === "text"
            ? "TEXT"
            : t.kind === "ip"
              ? "IP4"
              : t.kind === "prefix"
                ? "IP4"
                : t.kind === "punct"
                  ? `'${t.value}'`
                  : keywords.has(t.value)
                    ? t.value.toUpperCase()
                    : this.known.has(t.value)
                      ? "CF_SYM_KNOWN"
                      : "CF_SYM_UNDEFINED";
    return new ConfigError(t, `syntax error, unexpected ${name}${expecting ? `, expecting ${expecting}` : ""}`);
  }
}

const keywords = new Set(
  (
    "protocol template bgp kernel device direct static from import export filter where all none table ipv4 ipv6 log router id local as neighbor " +
    "port source address multihop passive hold time keepalive connect retry delay error wait forget graceful restart rr client cluster password " +
    "next hop self keep add paths learn persist scan merge route via blackhole unreachable prohibit disabled debug interface description include " +
    "if then else accept reject return function define limit preference bfd timeformat"
  ).split(" "),
);
