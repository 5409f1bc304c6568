import { expect, it } from "vitest";
import { markdown } from "../../src/report/markdown.ts";

const plain = (_style: string, text: string): string => text;

it("wraps paragraphs and list items to the terminal, and leaves code alone", () => {
  const text =
    "# Title\n\nOne two three four\nfive six `kubectl get pods` seven.\n\n- first item that is rather long\n- second\n\n```\nip   route\n```\n";
  expect(markdown(text, plain, 24)).toBe(
    "Title\n\nOne two three four five\nsix kubectl get pods\nseven.\n\n- first item that is\n  rather long\n- second\n\n    ip   route\n",
  );
});
