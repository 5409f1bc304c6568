/** describeCertificateSigningRequest of k8s.io/kubectl/pkg/describe. Layout recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import { parseRequest } from "../../../pki/request.ts";
import { durationText } from "../../control/flags.ts";
import type { Session } from "../session.ts";
import { longTime, Writer } from "./writer.ts";

/** Attributes of the subject, and what they are called; the first two are always shown. */
const parts = [
  ["Common Name", "CN"],
  ["Serial Number", "serialNumber"],
  ["Organization", "O"],
  ["Organizational Unit", "OU"],
  ["Country", "C"],
  ["Locality", "L"],
  ["Province", "ST"],
  ["StreetAddress", "street"],
  ["PostalCode", "postalCode"],
] as const;

/** labels.FormatLabels */
const formatLabels = (map: Record<string, string> | undefined): string =>
  Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(",") || "<none>";

function status(o: Obj): string {
  const types = ((o.status?.conditions ?? []) as Obj[]).map((c) => String(c.type));
  const first = types.includes("Approved") ? "Approved" : types.includes("Denied") ? "Denied" : "Pending";
  return [first, ...(types.includes("Failed") ? ["Failed"] : []), ...(o.status?.certificate ? ["Issued"] : [])].join(",");
}

export function signingRequest(_s: Session, o: Obj): Writer {
  const w = new Writer();
  const request = parseRequest(Buffer.from(String(o.spec.request), "base64").toString());
  w.line(0, "Name:", String(o.metadata.name));
  for (const field of ["labels", "annotations"] as const)
    for (const [i, line] of formatLabels(o.metadata[field] as Record<string, string> | undefined)
      .split("\n")
      .entries())
      if (i === 0) w.line(0, field === "labels" ? "Labels:" : "Annotations:", line);
      else w.raw(line);
  w.line(0, "CreationTimestamp:", longTime(o.metadata.creationTimestamp));
  w.line(0, "Requesting User:", String(o.spec.username));
  if (o.spec.signerName) w.line(0, "Signer:", String(o.spec.signerName));
  if (o.spec.expirationSeconds) w.line(0, "Requested Duration:", durationText(Number(o.spec.expirationSeconds) * 1000));
  w.line(0, "Status:", status(o));
  w.line(0, "Subject:");
  // a tab stands before each
  const values = (title: string, all: string[]): void => {
    for (const [i, value] of all.entries()) w.line(0, "", i === 0 ? `${title}:` : "", value);
  };
  for (const [title, short] of parts) {
    const all = request.subject.filter(([name]) => name === short).map(([, value]) => value);
    // a subject has one name and one number, or none
    values(title, short === "CN" || short === "serialNumber" ? [all.at(-1) ?? ""] : all);
  }
  const names = [
    ["DNS Names", request.dnsNames],
    ["Email Addresses", request.emails],
    ["URIs", request.uris],
    ["IP Addresses", request.ipAddresses],
  ] as const;
  if (names.some(([, all]) => all.length > 0)) w.line(0, "Subject Alternative Names:");
  for (const [title, all] of names) values(title, all);
  return w;
}
