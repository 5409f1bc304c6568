// Measures `lab check` of every lab in every variant, as percentiles over them: npm run build && node bench/labs.mjs [ROUNDS] [LAB…].
// Works in a scratch folder. Prints those that are slower than the bound, too.
import { clear, print, step, time } from "./measure.mjs";

const rounds = Number(process.argv[2] ?? 1);
const wanted = process.argv.slice(3);
/** Milliseconds that a check may take. */
const bound = 500;
const slow = [];

/** A check that somebody waits for; `solved`: how it has to end. */
function check(name, variant, solved) {
  const { took, status } = step(`lab check, ${name}`, "lab", "check");
  if ((status === 0) !== solved) throw new Error(`${variant}: lab check, ${name}: status ${status}`);
  if (took >= bound) slow.push(`${variant}: lab check, ${name}: ${took.toFixed(0)} ms`);
}

/** Starts the lab on a cluster made for it. */
function start(lab, variant) {
  time("lab", "start", lab, ...(variant === "" ? [] : ["--variant", variant]), "--wait", "--name", "bench");
}

try {
  const labs = time("lab", "list", "--output", "json")
    .stdout.trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ type, id }) => type === "lab" && (wanted.length === 0 || wanted.includes(id)));
  for (let i = 0; i < rounds; i++)
    for (const { id, variants } of labs)
      for (const variant of ["", ...variants.map((v) => v.id)]) {
        const name = variant === "" ? id : `${id}/${variant}`;
        start(id, variant);
        time("ssh", "worker1", "--", "true");
        check("still broken, somebody was there", name, false);
        check("still broken, nobody was there since", name, false);
        time("lab", "reset");
        time("ssh", "worker1", "--", "true");
        time("lab", "solve");
        check("solved", name, true);
        time("destroy");
      }
} finally {
  clear();
}
print();
if (slow.length > 0) console.log(`slower than ${bound} ms:\n  ${slow.join("\n  ")}`);
