/** All commands, in the order in which help lists them. */
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { completion } from "./completion.ts";
import { copy } from "./cp.ts";
import { exec } from "./exec.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { lab } from "./lab.ts";
import { destroy, halt } from "./lifecycle.ts";
import { plan } from "./plan.ts";
import { render } from "./render.ts";
import { settle } from "./settle.ts";
import { snapshot } from "./snapshot.ts";
import { ssh } from "./ssh.ts";
import { status } from "./status.ts";
import { trace } from "./trace.ts";
import { up } from "./up.ts";

export const commands: ((program: Command, context: Context) => void)[] = [
  up,
  status,
  ssh,
  exec,
  copy,
  kubeconfig,
  halt,
  destroy,
  snapshot,
  plan,
  render,
  lab,
  trace,
  settle,
  completion,
];
