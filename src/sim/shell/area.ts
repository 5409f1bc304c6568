/** bash and the programs that belong to the kernel and the shell. */
import type { Area } from "../area.ts";
import type { CommandProgram } from "../kernel/program.ts";
import { bash } from "./bash.ts";
import { setpriv } from "./programs/setpriv.ts";
import { env, nice, nohup, setsid, sleep, timeout } from "./programs/env.ts";
import { kill, killall, pgrep, pkill } from "./programs/kill.ts";
import { pwd } from "./programs/pwd.ts";
import { bracket, echo, falseProgram, printf, testProgram, trueProgram } from "./programs/simple.ts";
import { su, sudo } from "./programs/sudo.ts";
import { clear, reset, stty, tput, tty } from "./programs/terminal.ts";
import { watch } from "./programs/watch.ts";

/** Programs under /usr/bin by their own names. */
const programs: CommandProgram[] = [
  bash,
  env,
  nice,
  nohup,
  setpriv,
  setsid,
  sleep,
  timeout,
  kill,
  killall,
  pgrep,
  pkill,
  bracket,
  echo,
  falseProgram,
  printf,
  pwd,
  testProgram,
  trueProgram,
  su,
  sudo,
  tty,
  stty,
  clear,
  reset,
  tput,
  watch,
];

export const shellArea: Area = {
  programs,
  base: { ...Object.fromEntries(programs.map(({ name }) => [`/usr/bin/${name}`, name])), "/usr/bin/sh": "bash" },
};
