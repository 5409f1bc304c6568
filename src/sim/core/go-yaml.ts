/**
 * What go-yaml finds wrong with a text: the grammar of its parser (gopkg.in/yaml.v2, parserc.go, after libyaml), without the values.
 * kubectl, kubelet and kubeadm print its words.
 */
import { Bad, Scanner, type Kind } from "./go-yaml-scanner.ts";

/** The parser names the line before the one that it is at; the first has no number (decode.go, fail). */
const parserError = (line: number, problem: string): Bad => new Bad(line === 0 ? problem : `line ${line}: ${problem}`);

/** The grammar; `anchors` are those that an alias may name. */
class Parser {
  readonly #scanner: Scanner;
  readonly #anchors = new Set<string>();

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  /** The first document, as Unmarshal reads it. */
  document(): void {
    while (this.#is("directive")) this.#skip();
    if (this.#is("stream-end")) return;
    if (this.#is("document-start")) this.#skip();
    if (!this.#is("directive", "document-start", "document-end", "stream-end")) this.#node(true, false);
    // the document's end is looked for
    this.#scanner.peek();
  }

  #is(...kinds: Kind[]): boolean {
    return kinds.includes(this.#scanner.peek().kind);
  }
  #skip(): void {
    this.#scanner.skip();
  }
  #fail(problem: string): never {
    throw parserError(this.#scanner.peek().start.line, problem);
  }

  #node(block: boolean, indentless: boolean): void {
    const token = this.#scanner.peek();
    if (token.kind === "alias") {
      this.#skip();
      if (!this.#anchors.has(token.name!)) throw new Bad(`unknown anchor '${token.name}' referenced`);
      return;
    }
    let properties = false;
    for (const seen = new Set<Kind>(); this.#is("anchor", "tag"); properties = true) {
      const { kind, name } = this.#scanner.peek();
      if (seen.has(kind)) break;
      seen.add(kind);
      if (name !== undefined) this.#anchors.add(name);
      this.#skip();
    }
    if (indentless && this.#is("-")) return this.#indentless();
    if (this.#is("scalar")) return this.#skip();
    if (this.#is("[")) return this.#flow("]");
    if (this.#is("{")) return this.#flow("}");
    if (block && this.#is("block-sequence-start")) return this.#blockSequence();
    if (block && this.#is("block-mapping-start")) return this.#blockMapping();
    if (!properties) this.#fail("did not find expected node content");
  }

  #blockSequence(): void {
    this.#skip();
    while (this.#is("-")) {
      this.#skip();
      if (!this.#is("-", "block-end")) this.#node(true, false);
    }
    if (!this.#is("block-end")) this.#fail("did not find expected '-' indicator");
    this.#skip();
  }

  #indentless(): void {
    while (this.#is("-")) {
      this.#skip();
      if (!this.#is("-", "?", ":", "block-end")) this.#node(true, false);
    }
  }

  #blockMapping(): void {
    this.#skip();
    while (this.#is("?")) {
      this.#skip();
      if (!this.#is("?", ":", "block-end")) this.#node(true, true);
      if (!this.#is(":")) continue;
      this.#skip();
      if (!this.#is("?", ":", "block-end")) this.#node(true, true);
    }
    if (!this.#is("block-end")) this.#fail("did not find expected key");
    this.#skip();
  }

  /** A sequence or a mapping; both may hold keys with values. */
  #flow(end: "]" | "}"): void {
    this.#skip();
    for (let first = true; !this.#is(end); first = false) {
      if (!first) {
        if (!this.#is(",")) this.#fail(`did not find expected ',' or '${end}'`);
        this.#skip();
      }
      if (this.#is("?")) {
        this.#skip();
        if (!this.#is(":", ",", end)) this.#node(false, false);
        if (this.#is(":")) {
          this.#skip();
          if (!this.#is(",", end)) this.#node(false, false);
        }
      } else if (!this.#is(end)) this.#node(false, false);
    }
    this.#skip();
  }
}

/** What go-yaml says of the first document of a text, without its `yaml: `; undefined when nothing is wrong with it. */
export function goYamlError(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) return "control characters are not allowed";
  try {
    new Parser(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof Bad) return error.message;
    throw error;
  }
}
