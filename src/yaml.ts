/** Reads YAML that people write: what is wrong comes as problems with their places, never as an exception. */
import { LineCounter, parseDocument, visit, type Document } from "yaml";

interface YamlProblem {
  message: string;
  /** From 1. */
  line: number;
  column: number;
}

interface ReadYaml {
  document: Document;
  /** Undefined when there are problems. */
  value: unknown;
  problems: YamlProblem[];
  place: (offset: number) => Pick<YamlProblem, "line" | "column">;
}

/** Words for people, where the library's are for programmers. */
const plain: Record<string, string> = {
  MULTIPLE_DOCS: "there is a second document; one is read",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
};

/** More of them tell nothing that the first do not. */
const most = 20;

export function readYaml(text: string): ReadYaml {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const place = (offset: number): Pick<YamlProblem, "line" | "column"> => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const problems = new Map<string, YamlProblem>();
  const add = (message: string, offset: number): void => {
    const problem = { message: readable(message), ...place(offset) };
    if (problems.size < most) problems.set(`${problem.message} ${offset}`, problem);
  };
  for (const error of document.errors) add(plain[error.code] ?? error.message.split("\n")[0]!, error.pos[0]);
  let value: unknown;
  if (problems.size === 0)
    try {
      value = document.toJS();
      if (isCircular(value)) add("an alias is inside of what it stands for", firstAlias(document));
    } catch (error) {
      // one that stands for nothing, or so many in each other that they would fill the memory
      const { message } = error as Error;
      add(message.startsWith("Excessive alias count") ? "its aliases multiply beyond all measure" : message, firstAlias(document));
    }
  return { document, value: problems.size === 0 ? value : undefined, problems: [...problems.values()], place };
}

/** A text from a file on a line of a terminal: short, and without what would move the cursor. */
export function readable(text: string): string {
  const short = text.length > 160 ? `${text.slice(0, 160)}…` : text;
  // oxlint-disable-next-line no-control-regex
  return short.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}

function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias: (_, node) => {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function isCircular(value: unknown, above: readonly unknown[] = []): boolean {
  if (value === null || typeof value !== "object") return false;
  return above.includes(value) || Object.values(value).some((inner) => isCircular(inner, [...above, value]));
}
