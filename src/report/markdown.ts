/** The little Markdown that briefs use, for a terminal: headings, emphasis, code. */
type Paint = (style: "bold" | "dim" | "cyan", text: string) => string;

export function markdown(text: string, paint: Paint): string {
  let fenced = false;
  return text
    .split("\n")
    .flatMap((line) => {
      if (line.startsWith("```")) {
        fenced = !fenced;
        return [];
      }
      if (fenced) return [`    ${paint("cyan", line)}`];
      const heading = /^#+\s+(.*)$/.exec(line);
      if (heading) return [paint("bold", heading[1]!)];
      return [
        line
          .replaceAll(/`([^`]+)`/g, (_all, code: string) => paint("cyan", code))
          .replaceAll(/\*\*([^*]+)\*\*/g, (_all, strong: string) => paint("bold", strong)),
      ];
    })
    .join("\n");
}
