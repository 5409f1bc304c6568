#!/usr/bin/env node
/** The only place that touches the process. */
import { main } from "./main.ts";

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
});
// nothing is left to do, but an idle connection must not keep the terminal waiting
if (process.stdout.writableLength > 0) process.stdout.once("drain", () => process.exit());
else process.exit();
