/** stdbuf of coreutils 9.4: how a program buffers shows nowhere here, so only its environment is set. */
import { Errno } from "../../core/errno.ts";
import { command, sized } from "../text/command.ts";
import { quote } from "../text/quote.ts";

export const stdbuf = command({
  name: "stdbuf",
  options: "+ i,input= o,output= e,error=",
  usageStatus: 125,
  usage: "OPTION... COMMAND",
  summary: "Run COMMAND, with modified buffering operations for its standard streams.",
  async run(c) {
    const { p, o } = c;
    const env: Record<string, string> = { ...p.env, LD_PRELOAD: "/usr/libexec/coreutils/libstdbuf.so" };
    for (const key of ["i", "o", "e"]) {
      const mode = o.value(key);
      if (mode === undefined) continue;
      if (key === "i" && mode === "L") await c.usage("line buffering stdin is meaningless");
      const size = mode === "L" ? mode : sized(mode);
      if (size === undefined) await c.fail(`invalid mode ${quote(p, mode)}`, 125);
      env[`_STDBUF_${key.toUpperCase()}`] = String(size);
    }
    if (c.operands.length === 0) await c.usage("missing operand");
    if (o.list.length === 0) await c.usage("you must specify a buffering mode option");
    try {
      return await p.exec({ argv: c.operands, env });
    } catch (error) {
      if (!(error instanceof Errno) || p.status) throw error;
      return c.fail(`failed to run command ${quote(p, c.operands[0]!)}: ${error.text}`, error.code === "ENOENT" ? 127 : 126);
    }
  },
});
