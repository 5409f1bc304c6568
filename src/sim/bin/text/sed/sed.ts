import { Errno } from "../../../core/errno.ts";
import { command, readInput } from "../command.ts";
import { BadScript, parseScript, type Piece } from "./script.ts";
import { Sed, SedFailure } from "./run.ts";

export const sed = command({
  name: "sed",
  options:
    "n,quiet,silent !debug e,expression= f,file= E,regexp-extended r !follow-symlinks i,in-place=? l,line-length= ~b,binary !posix !sandbox s,separate ~u,unbuffered z,null-data zero-terminated",
  usage: "[OPTION]... {script-only-if-no-other-script} [input-file]...",
  summary: "A stream editor.",
  version: "(GNU sed) 4.9",
  tryLine: sedUsage(),
  async run(c) {
    const { p, o } = c;
    const pieces: Piece[] = [];
    for (const [key, value] of o.list) {
      if (key === "e") {
        // a\ at the end of one -e goes on in the next
        const last = pieces.at(-1);
        if (last && last.file === undefined && /(^|[^\\])(\\\\)*\\$/.test(last.text)) last.text += `\n${value}`;
        else pieces.push({ text: value });
      } else if (key === "f") {
        try {
          pieces.push({ text: (await readInput(p, value)).toString("utf8").replace(/\n$/, ""), file: value });
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
          return c.fail(`couldn't open file ${value}: ${error.text}`, 1);
        }
      }
    }
    const names = [...o.operands];
    if (pieces.length === 0) {
      const script = names.shift();
      if (script === undefined) {
        await p.err(sedUsage());
        return 1;
      }
      pieces.push({ text: script });
    }
    try {
      const { commands, quiet } = parseScript(pieces, o.has("E", "r"));
      const inPlace = o.has("i");
      const runner = new Sed(p, commands, names.length > 0 ? names : ["-"], {
        quiet: quiet || o.has("n"),
        separate: o.has("s") || inPlace,
        inPlace: inPlace && names.length > 0,
        suffix: o.value("i") ?? "",
        nul: o.has("z", "zero-terminated"),
        lineLength: o.value("l") === undefined ? 70 : Number(o.value("l")),
      });
      if (inPlace && names.length === 0) return c.fail("no input files", 1);
      runner.prepare();
      return await runner.run();
    } catch (error) {
      if (error instanceof BadScript) return c.fail(error.message, error.message.startsWith("can't find label") ? 4 : 1);
      if (error instanceof SedFailure) return c.fail(error.message, error.status);
      throw error;
    }
  },
});

function sedUsage(): string {
  return `Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...

  -n, --quiet, --silent
                 suppress automatic printing of pattern space
      --debug
                 annotate program execution
  -e script, --expression=script
                 add the script to the commands to be executed
  -f script-file, --file=script-file
                 add the contents of script-file to the commands to be executed
  --follow-symlinks
                 follow symlinks when processing in place
  -i[SUFFIX], --in-place[=SUFFIX]
                 edit files in place (makes backup if SUFFIX supplied)
  -l N, --line-length=N
                 specify the desired line-wrap length for the \`l' command
  --posix
                 disable all GNU extensions.
  -E, -r, --regexp-extended
                 use extended regular expressions in the script
                 (for portability use POSIX -E).
  -s, --separate
                 consider files as separate rather than as a single,
                 continuous long stream.
      --sandbox
                 operate in sandbox mode (disable e/r/w commands).
  -u, --unbuffered
                 load minimal amounts of data from the input files and flush
                 the output buffers more often
  -z, --null-data
                 separate lines by NUL characters
      --help     display this help and exit
      --version  output version information and exit

If no -e, --expression, -f, or --file option is given, then the first
non-option argument is taken as the sed script to interpret.  All
remaining arguments are names of input files; if no input files are
specified, then the standard input is read.

GNU sed home page: <https://www.gnu.org/software/sed/>.
General help using GNU software: <https://www.gnu.org/gethelp/>.
`;
}
