/** The built-in schemas, filled. */
import "./core.ts";
import "./groups.ts";

export * from "./types.ts";
