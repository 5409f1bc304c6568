/** The little Markdown that briefs use, for a terminal: headings, emphasis, code; paragraphs and list items wrapped to its width. */
type Paint = (style: "bold" | "dim" | "cyan", text: string) => string;

/** `width`: columns of the terminal. */
export function markdown(text: string, paint: Paint, width = 80): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let fenced = false;
  const flush = (): void => {
    if (paragraph.length > 0) out.push(...wrap(paragraph.join(" "), Math.min(width, 100)).map((line) => inline(line, paint)));
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      flush();
      fenced = !fenced;
    } else if (fenced) out.push(`    ${paint("cyan", line)}`);
    else if (/^#+\s/.test(line)) {
      flush();
      out.push(paint("bold", line.replace(/^#+\s+/, "")));
    } else if (line.trim() === "") {
      flush();
      out.push("");
    } else {
      if (/^\s*([-*]|\d+\.)\s/.test(line)) flush();
      // a list item keeps its indentation, a line that goes on does not
      paragraph.push(paragraph.length === 0 ? line : line.trim());
    }
  }
  flush();
  return out.join("\n");
}

/** Lines of at most `width` characters; those of a list item are indented as far as its text. */
function wrap(text: string, width: number): string[] {
  const hang = " ".repeat(/^\s*(?:[-*]|\d+\.)?\s*/.exec(text)![0].length);
  const lines: string[] = [];
  let line = "";
  // a span of code or emphasis is not torn apart, so that its marks stay on one line
  for (const word of text.match(/(?:`[^`]*`|\*\*[^*]*\*\*|\S)+|^\s+/g) ?? []) {
    if (line.trim() !== "" && line.length + 1 + visible(word) > width) {
      lines.push(line);
      line = hang + word;
    } else line = line === "" || /^\s+$/.test(line) ? line + word : `${line} ${word}`;
  }
  return [...lines, line];
}

const visible = (word: string): number => word.replaceAll(/[`*]/g, "").length;

const inline = (line: string, paint: Paint): string =>
  line
    .replaceAll(/`([^`]+)`/g, (_all, code: string) => paint("cyan", code))
    .replaceAll(/\*\*([^*]+)\*\*/g, (_all, strong: string) => paint("bold", strong));
