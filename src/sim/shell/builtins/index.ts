/** The table of builtins. */
import * as basic from "./basic.ts";
import type { Builtin } from "./builtin.ts";
import * as describe from "./describe.ts";
import * as dirs from "./dirs.ts";
import * as history from "./history.ts";
import * as jobs from "./jobs.ts";
import { mapfile, read } from "./read.ts";
import * as variables from "./variables.ts";

// made on first use: the builtins' files import each other in circles
let table: Map<string, Builtin> | undefined;
const all = (): Map<string, Builtin> => (table ??= new Map<string, Builtin>(entries()));

export const builtins = {
  has: (name: string): boolean => all().has(name),
  get: (name: string): Builtin | undefined => all().get(name),
  keys: (): Iterable<string> => all().keys(),
};

const entries = (): [string, Builtin][] => [
  [":", basic.colon],
  ["true", basic.colon],
  ["false", basic.falseBuiltin],
  ["echo", basic.echo],
  ["printf", basic.printf],
  ["test", basic.test],
  ["[", basic.test],
  ["exit", basic.exit],
  ["logout", basic.exit],
  ["return", basic.returnBuiltin],
  ["break", basic.breakBuiltin],
  ["continue", basic.continueBuiltin],
  ["shift", basic.shift],
  ["let", basic.letBuiltin],
  ["eval", basic.evalBuiltin],
  ["source", basic.source],
  [".", basic.source],
  ["command", basic.command],
  ["builtin", basic.builtin],
  ["times", basic.times],
  ["umask", basic.umask],
  ["help", basic.help],
  ["caller", basic.caller],
  // the words are taken apart by simple.ts, which replaces the process
  ["exec", basic.colon],
  ["type", describe.type],
  ["hash", describe.hash],
  ["alias", describe.alias],
  ["unalias", describe.unalias],
  ["declare", variables.declare],
  ["typeset", variables.declare],
  ["local", variables.declare],
  ["export", variables.exportBuiltin],
  ["readonly", variables.readonly],
  ["unset", variables.unset],
  ["set", variables.set],
  ["shopt", variables.shopt],
  ["getopts", variables.getopts],
  ["read", read],
  ["mapfile", mapfile],
  ["readarray", mapfile],
  ["jobs", jobs.jobs],
  ["fg", jobs.fg],
  ["bg", jobs.bg],
  ["wait", jobs.wait],
  ["disown", jobs.disown],
  ["kill", jobs.kill],
  ["trap", jobs.trap],
  ["cd", dirs.cd],
  ["pwd", dirs.pwd],
  ["pushd", dirs.pushd],
  ["popd", dirs.popd],
  ["dirs", dirs.dirs],
  ["history", history.history],
  ["fc", history.fc],
  ["ulimit", history.ulimit],
  ["complete", history.complete],
  ["compopt", history.compopt],
  ["compgen", history.compgen],
  ["enable", history.enable],
  ["suspend", history.suspend],
  ["bind", history.bind],
];

/** Builtins whose arguments may be assignments (arrays too). */
export const declarations = new Set(["declare", "typeset", "local", "export", "readonly"]);
