import type { Obj } from "../../../core/json.ts";

export interface Column {
  name: string;
  type: "string" | "integer" | "number" | "boolean" | "date";
  format?: string;
  description?: string;
  /** 0: always; 1: with -o wide. */
  priority?: number;
}

export type Cell = string | number | boolean | null;

export interface Columns {
  columns: Column[];
  /** `now`: milliseconds since the epoch. */
  /** `minor`: of the API server. */
  row(o: Obj, now: number, minor: number): Cell[];
}
