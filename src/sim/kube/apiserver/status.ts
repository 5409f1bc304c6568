/** metav1.Status errors with the texts of k8s.io/apimachinery/pkg/api/errors. */
import type { Obj } from "../../core/json.ts";
import { StacklessError } from "../../core/stackless.ts";

export interface Cause {
  reason: string;
  message: string;
  field: string;
}

/** Which resource an error is about: `pods`, or `deployments.apps`. */
export interface Subject {
  group: string;
  plural: string;
  kind: string;
}

export class StatusError extends StacklessError {
  readonly status: Obj;
  constructor(code: number, reason: string, message: string, details?: Obj) {
    super(message);
    this.name = "StatusError";
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...(reason === "" ? {} : { reason }),
      ...(details ? { details } : {}),
      code,
    };
  }
  get code(): number {
    return this.status.code as number;
  }
}

/** schema.GroupResource.String(). */
const qualified = (s: { group: string; plural: string }): string => (s.group === "" ? s.plural : `${s.plural}.${s.group}`);

const details = (s: Subject, name: string, more: Obj = {}): Obj => ({
  ...(name === "" ? {} : { name }),
  ...(s.group === "" ? {} : { group: s.group }),
  kind: s.plural,
  ...more,
});

export const notFound = (s: Subject, name: string) =>
  new StatusError(404, "NotFound", `${qualified(s)} "${name}" not found`, details(s, name));

export const alreadyExists = (s: Subject, name: string) =>
  new StatusError(409, "AlreadyExists", `${qualified(s)} "${name}" already exists`, details(s, name));

export const conflict = (s: Subject, name: string, why: string) =>
  new StatusError(409, "Conflict", `Operation cannot be fulfilled on ${qualified(s)} "${name}": ${why}`, details(s, name));

export const modified = (s: Subject, name: string) =>
  conflict(s, name, "the object has been modified; please apply your changes to the latest version and try again");

export const forbidden = (s: { group: string; plural: string }, name: string, why: string) =>
  new StatusError(
    403,
    "Forbidden",
    name === "" ? `${qualified(s)} is forbidden: ${why}` : `${qualified(s)} "${name}" is forbidden: ${why}`,
    details({ ...s, kind: "" }, name),
  );

export const badRequest = (message: string) => new StatusError(400, "BadRequest", message);

export const unauthorized = () => new StatusError(401, "Unauthorized", "Unauthorized");

export const methodNotAllowed = (s: { group: string; plural: string }) =>
  new StatusError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    details({ ...s, kind: "" }, ""),
  );

export const noSuchResource = () => new StatusError(404, "NotFound", "the server could not find the requested resource", {});

export const gone = (requested: string, current: string) =>
  new StatusError(410, "Expired", `too old resource version: ${requested} (${current})`);

export const internalError = (message: string) =>
  new StatusError(500, "InternalError", `Internal error occurred: ${message}`, { causes: [{ message }] });

export const tooManyRequests = (message: string, causes: Obj[] = [], retryAfterSeconds = 0) =>
  new StatusError(429, "TooManyRequests", message, {
    ...(causes.length > 0 ? { causes } : {}),
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });

export const unsupportedMediaType = (accepted: string[]) =>
  new StatusError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );

export const notAcceptable = (offered: string[]) =>
  new StatusError(406, "NotAcceptable", `only the following media types are accepted: ${offered.join(", ")}`);

/** Honest refusal of something that the real server would do. */
export const notSimulated = (what: string) => new StatusError(501, "NotImplemented", `kubemend: not simulated: ${what}`);

export const success = (s: Subject, name: string, uid?: string): Obj => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: details(s, name, uid ? { uid } : {}),
});

// --- field errors (k8s.io/apimachinery/pkg/util/validation/field)

export type FieldErrors = Cause[];

/** Go's %v / %q of a value in a field error: strings quoted, numbers plain, structures as JSON from 1.27 on. */
const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : value === null || value === undefined ? "null" : JSON.stringify(value);

export const required = (field: string, detail = ""): Cause => ({
  reason: "FieldValueRequired",
  message: `Required value${detail === "" ? "" : `: ${detail}`}`,
  field,
});
export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${shown(value)}: ${detail}`,
  field,
});
export const unsupportedValue = (field: string, value: unknown, supported: string[]): Cause => ({
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map((s) => JSON.stringify(s)).join(", ")}`,
  field,
});
export const duplicateValue = (field: string, value: unknown): Cause => ({
  reason: "FieldValueDuplicate",
  message: `Duplicate value: ${shown(value)}`,
  field,
});
export const forbiddenField = (field: string, detail: string): Cause => ({
  reason: "FieldValueForbidden",
  message: `Forbidden: ${detail}`,
  field,
});
export const notFoundValue = (field: string, value: unknown): Cause => ({
  reason: "FieldValueNotFound",
  message: `Not found: ${shown(value)}`,
  field,
});

/** apierrors.NewInvalid: one error plain, several in brackets. */
export function invalid(s: Subject, name: string, causes: FieldErrors): StatusError {
  const texts = [...new Set(causes.map((c) => `${c.field}: ${c.message}`))];
  const qualifiedKind = s.group === "" ? s.kind : `${s.kind}.${s.group}`;
  const text = texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
  return new StatusError(422, "Invalid", `${qualifiedKind} "${name}" is invalid: ${text}`, {
    name,
    ...(s.group === "" ? {} : { group: s.group }),
    kind: s.kind,
    causes,
  });
}
