/** The only place that touches the process. */
import { exitStatus } from "../error.ts";
import { main } from "./main.ts";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // whoever read has gone, as in `kubemend lab list | head -1`: the status of a program that SIGPIPE ended
    if (error.code === "EPIPE") process.exit(128 + 13);
    if (stream === process.stdout) process.stderr.write(`Error: cannot write the output: ${error.message}\n`);
    process.exit(exitStatus.provider);
  });
}

void main(process.argv.slice(2), {
  // opened only by who reads it
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
}).then((status) => {
  process.exitCode = status;
  // nothing is left to do, but an idle connection must not keep the terminal waiting
  const end = (): void => {
    // a write that failed tells it with the next turn of the event loop
    setImmediate(() => process.exit());
  };
  if (process.stdout.writableLength > 0) process.stdout.once("drain", end);
  else end();
});
