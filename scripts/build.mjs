// Builds dist/: two programs of one file each, because every command line waits for them to load.
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });

const common = {
  cwd: root,
  platform: "node",
  // native helpers of ssh2, which it looks for at run time and does without
  external: [/\.node$/, "cpu-features"],
  checks: { circularDependency: false },
  onLog: (level, log, handler) => {
    if (log.code !== "INEFFECTIVE_DYNAMIC_IMPORT") handler(level, log);
  },
};

/** One file in CommonJS form, whose compiled code can be kept, and beside it what starts it (src/launch.ts). */
async function program(input, dir, name) {
  const bundle = await rolldown({ ...common, input, transform: { define: { BUILT: "true" } } });
  const { output } = await bundle.write({
    dir: `${root}dist/${dir}`,
    format: "cjs",
    codeSplitting: false,
    entryFileNames: "program-[hash].cjs",
    sourcemap: true,
  });
  // in ASCII: what is one byte a character is read and kept as it is
  const file = `${root}dist/${dir}/${output[0].fileName}`;
  writeFileSync(
    file,
    output[0].code.replace(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
    "latin1",
  );
  const launch = await rolldown({
    ...common,
    input: "src/launch.ts",
    transform: { define: { PROGRAM: JSON.stringify(`./${output[0].fileName}`) } },
  });
  await launch.write({ file: `${root}dist/${dir}/${name}`, format: "cjs" });
  // Node.js is quicker with CommonJS; the name stays .js, to which npm has linked earlier versions
  writeFileSync(`${root}dist/${dir}/package.json`, `${JSON.stringify({ type: "commonjs" })}\n`);
  // npm does so only when it links the package for the first time, not when it is built again
  chmodSync(`${root}dist/${dir}/${name}`, 0o755);
}

await program("src/cli/bin.ts", "cli", "bin.js");
await program("src/sim/server/main.ts", "sim/server", "main.js");

// parts that bench/, the schema's script and this one use
const parts = await rolldown({
  ...common,
  // a program's form is CommonJS, as ssh2's; here it stays where npm put it
  external: /^ssh2\//,
  input: { "ssh/client": "src/ssh/client.ts", "lab/json-schema": "src/lab/json-schema.ts", "lab/catalogue": "src/lab/catalogue.ts" },
});
await parts.write({
  dir: `${root}dist`,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  sourcemap: true,
});

// the labs as they are read, under the hash of their text (src/lab/kept.ts)
const { readLabs } = await import(`${root}dist/lab/catalogue.js`);
mkdirSync(`${root}dist/labs`);
for (const { dir, ...lab } of await readLabs(`${root}labs`)) {
  const hash = createHash("sha256")
    .update(readFileSync(`${dir}/lab.yaml`))
    .digest("hex");
  writeFileSync(`${root}dist/labs/${hash}.json`, JSON.stringify(lab));
}
