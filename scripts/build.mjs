// Builds dist/: few files instead of many, because every command line waits for them to load (measured: half the start-up time).
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });

const common = {
  cwd: root,
  platform: "node",
  // ssh2 looks for native helpers at run time
  external: [/^ssh2(\/|$)/],
  checks: { circularDependency: false },
  onLog: (level, log, handler) => {
    if (log.code !== "INEFFECTIVE_DYNAMIC_IMPORT") handler(level, log);
  },
};

// the simulator is one file in CommonJS form, whose compiled code can be kept (src/sim/server/launch.ts)
const simulator = await rolldown({ ...common, input: "src/sim/server/main.ts" });
const { output } = await simulator.write({
  dir: `${root}dist/sim/server`,
  format: "cjs",
  codeSplitting: false,
  entryFileNames: "program-[hash].cjs",
  sourcemap: true,
});

const bundle = await rolldown({
  ...common,
  input: {
    "cli/bin": "src/cli/bin.ts",
    "sim/server/main": "src/sim/server/launch.ts",
    "ssh/client": "src/ssh/client.ts",
    "lab/json-schema": "src/lab/json-schema.ts",
  },
  transform: { define: { PROGRAM: JSON.stringify(`./${output[0].fileName}`) } },
});
await bundle.write({
  dir: `${root}dist`,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  sourcemap: true,
});
