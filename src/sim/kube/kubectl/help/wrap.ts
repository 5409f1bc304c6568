/** How kubectl fits its help into a terminal (k8s.io/kubectl/pkg/util/term/term_writer.go, pkg/util/templates/help_flags_printer.go). */

/** github.com/mitchellh/go-wordwrap. */
function wrap(text: string, limit: number): string {
  let out = "";
  let current = 0;
  let word = "";
  let space = "";
  for (const char of text) {
    if (char === "\n") {
      if (word !== "" || current + space.length <= limit) out += space;
      out += `${word}\n`;
      current = 0;
      word = space = "";
    } else if (/\s/.test(char) && char !== "\u00a0") {
      if (space === "" || word !== "") {
        current += space.length + word.length;
        out += space + word;
        space = word = "";
      }
      space += char;
    } else {
      word += char;
      if (current + word.length + space.length > limit && word.length < limit) {
        out += "\n";
        current = 0;
        space = "";
      }
    }
  }
  return word !== "" || current + space.length <= limit ? out + space + word : out;
}

/** `columns` of the terminal that it is written to; undefined when there is none. */
export function fitted(text: string, columns: number | undefined): string {
  const limit = [120, 100, 80].find((width) => (columns ?? 0) >= width);
  if (limit === undefined) return text;
  // what a flag does is wrapped first, to stay right of its tab
  const flags = text.replace(
    /^( {4}-.*:\n)\t(.*)$/gm,
    (_, flag: string, usage: string) => `${flag}\t${wrap(usage, limit - 10).replaceAll("\n", "\n\t")}`,
  );
  return wrap(flags, limit);
}
