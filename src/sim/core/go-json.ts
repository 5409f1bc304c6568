/** What Go's encoding/json says of a text that is not JSON (scanner.go). */

class Bad extends Error {}

/** Parses a document; throws Error with Go's text. */
export function parseGoJson(text: string): unknown {
  let at = 0;
  const quote = (c: string): string => (c === "'" ? `'\\''` : c === '"' ? `'"'` : `'${JSON.stringify(c).slice(1, -1)}'`);
  const fail = (context: string): never => {
    if (at >= text.length) throw new Bad("unexpected EOF");
    throw new Bad(`invalid character ${quote(text[at]!)} ${context}`);
  };
  const blank = (): void => {
    while (/[ \t\r\n]/.test(text[at] ?? "")) at++;
  };
  const string = (): string => {
    const begin = at++;
    while (at < text.length && text[at] !== '"') {
      if (text[at] === "\\") at++;
      else if (text[at]! < " ") fail("in string literal");
      at++;
    }
    if (at >= text.length) throw new Bad("unexpected EOF");
    at++;
    return JSON.parse(text.slice(begin, at)) as string;
  };
  const value = (): unknown => {
    blank();
    const c = text[at];
    if (c === '"') return string();
    if (c === "{") {
      const out: Record<string, unknown> = {};
      at++;
      blank();
      if (text[at] === "}") return (at++, out);
      for (;;) {
        blank();
        if (text[at] !== '"') fail("looking for beginning of object key string");
        const key = string();
        blank();
        if (text[at] !== ":") fail("after object key");
        at++;
        out[key] = value();
        blank();
        if (text[at] === "}") return (at++, out);
        if (text[at] !== ",") fail("after object key:value pair");
        at++;
      }
    }
    if (c === "[") {
      const out: unknown[] = [];
      at++;
      blank();
      if (text[at] === "]") return (at++, out);
      for (;;) {
        out.push(value());
        blank();
        if (text[at] === "]") return (at++, out);
        if (text[at] !== ",") fail("after array element");
        at++;
      }
    }
    const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?/.exec(text.slice(at));
    if (number) {
      at += number[0].length;
      return Number(number[0]);
    }
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (c !== word[0]) continue;
      for (const letter of word) {
        if (text[at] !== letter) fail(`in literal ${word} (expecting ${quote(letter)})`);
        at++;
      }
      return meaning;
    }
    return fail("looking for beginning of value");
  };
  const result = value();
  blank();
  if (at < text.length) fail("after top-level value");
  return result;
}
