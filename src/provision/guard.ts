/** What stands around every script of bring-up: one at a time on a machine, and a failure names its line. */

/** As long as one of the script's processes lives it is held, also when the `kubemend` that began the script is gone. */
const lock = "/run/kubemend.lock";
/** Seconds: longer than any script waits. */
const patience = 1800;

/**
 * The script with its guard, on one line, so that bash's line numbers are the script's own. A second `up` may come while a script that a
 * killed one began still works: both at once would spoil each other's work.
 */
export function guarded(text: string): string {
  const busy = "a script that was begun earlier is still at work on this machine: waiting for its end";
  const stuck = `it has not ended after ${patience / 60} minutes: \\\`sudo fuser -v ${lock}\\\` shows what to look at`;
  return [
    `exec 9>${lock}`,
    `flock -n 9 || { echo "${busy}"; flock -w ${patience} 9 || { echo "${stuck}" >&2; exit 1; }; }`,
    `trap 'echo "$0: line $LINENO: $BASH_COMMAND: exit status $?" >&2' ERR`,
    text,
  ].join("; ");
}

/** The line of a script that ended with a failure, as its guard (or bash itself) has told. */
export function failedLine(script: string, stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.startsWith(`${script}: line `));
  return /: line (\d+):/.exec(lines.at(-1) ?? "")?.[1];
}
