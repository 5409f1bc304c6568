/** The interactive loop: prompt, line, command. */
import { DiscardFlow } from "./flow.ts";
import { readLine } from "./builtins/read.ts";
import { notifyJobs } from "./builtins/jobs.ts";
import { promptText } from "./prompt.ts";
import type { Shell } from "./shell.ts";
import { needsMore } from "./syntax-error.ts";
import { parseScript, Source } from "./syntax.ts";

export async function interactiveLoop(sh: Shell, startup: () => Promise<void>): Promise<number> {
  sh.installSignals();
  await startup();
  let text = "";
  for (;;) {
    try {
      if (text === "") await notifyJobs(sh);
      await sh.p.err(await promptText(sh, sh.vars.get(text === "" ? "PS1" : "PS2") ?? (text === "" ? "\\s-\\v\\$ " : "> ")));
      const line = await readLine(sh, 0, "\n", { raw: true });
      if (line === undefined) {
        await sh.p.err(sh.login ? "logout\n" : "exit\n");
        return sh.status;
      }
      text += `${line.text}\n`;
      const source = new Source(text, "");
      if (needsMore(parseScript(text), source)) continue;
      text = "";
      await sh.runText(source);
    } catch (error) {
      if (!(error instanceof DiscardFlow)) throw error;
      sh.status = error.status;
      text = "";
    }
  }
}
