#!/usr/bin/env node
/**
 * Starts a program, the command line or the simulator's background process, with the compiled code that an earlier run left beside
 * it: megabytes of source are not compiled again each time. The file belongs to one build and one version of Node.js; it is written
 * when a process ends that had none, or that could not use it.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { constants, Script } from "node:vm";

/** The program, one file in CommonJS form, in ASCII; its name carries the hash of its content. */
declare const PROGRAM: string;

const file = fileURLToPath(new URL(PROGRAM, import.meta.url));
const kept = `${file}.${process.version}-${process.arch}.cache`;

function read(): Buffer | undefined {
  try {
    return readFileSync(kept);
  } catch {
    return undefined;
  }
}

// the hash is in the name because V8 itself tells two sources apart by their length only
const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${readFileSync(file, "latin1")}\n})`, {
  filename: file,
  cachedData: read(),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
if (script.cachedDataRejected !== false) {
  // else V8 forgets what ran only once, such as all that runs at the start, and the file would lack it
  setFlagsFromString("--no-flush-bytecode");
  process.on("exit", () => {
    // compiled code is good only for a process with the same flags
    setFlagsFromString("--flush-bytecode");
    try {
      writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
      renameSync(`${kept}.${process.pid}`, kept);
    } catch {
      // an installation that cannot be written to, or a full disk: it starts a little slower each time
      rmSync(`${kept}.${process.pid}`, { force: true });
    }
  });
}
const program = script.runInThisContext() as (...scope: unknown[]) => void;
const module = { exports: {} };
program(module.exports, createRequire(file), module, file, dirname(file));
