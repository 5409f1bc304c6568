/** All signals of Linux on x86 by name, as `kill -l` lists them; only those of kernel/program.ts can be sent. */
const order =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split(
    " ",
  );

export const realSignals: Record<string, number> = Object.fromEntries(order.map((name, i) => [`SIG${name}`, i + 1]));
for (let i = 0; i <= 15; i++) realSignals[i === 0 ? "SIGRTMIN" : `SIGRTMIN+${i}`] = 34 + i;
for (let i = 14; i >= 0; i--) realSignals[i === 0 ? "SIGRTMAX" : `SIGRTMAX-${i}`] = 64 - i;

/** SIGTERM from TERM, sigterm or 15; "0" for 0. */
export function signalNamed(text: string): string | undefined {
  if (text === "0" || text.toUpperCase() === "EXIT") return "0";
  if (/^\d+$/.test(text)) return Object.keys(realSignals).find((name) => realSignals[name] === Number(text));
  const upper = text.toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  return name in realSignals ? name : undefined;
}

/** The table of `kill -l` and `trap -l`. */
export function signalTable(): string {
  const entries = Object.entries(realSignals).sort((a, b) => a[1] - b[1]);
  let out = "";
  entries.forEach(([name, number], i) => {
    out += `${String(number).padStart(2)}) ${name}`;
    out += i % 5 === 4 || i === entries.length - 1 ? "\n" : "\t";
  });
  return out;
}
