// Writes the JSON Schemas that editors use for kubemend.yaml and lab.yaml: node scripts/write-schemas.mjs (after npm run build).
import { writeFileSync } from "node:fs";
import { schemas } from "../dist/lab/json-schema.js";

for (const [name, schema] of Object.entries(schemas())) writeFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), schema);
