/** JSON Schemas for editors, made from the schemas that the program itself checks with. */
import { z } from "zod";
import { schema as labSchema } from "./schema.ts";
import { schema as specificationSchema } from "../cluster/specification.ts";

/** Text of each file in schema/, by name. */
export function schemas(): Record<string, string> {
  const write = (schema: z.ZodType): string =>
    `${JSON.stringify(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), null, 2)}\n`;
  return { kubemend: write(specificationSchema), lab: write(labSchema) };
}
