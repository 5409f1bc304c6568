/** describeCertificateSigningRequest of k8s.io/kubectl/pkg/describe. Layout recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import { parseRequest } from "../../../pki/request.ts";
import { durationText } from "../../control/flags.ts";
import type { Session } from "../session.ts";
import { longTime, mapField, Writer } from "./writer.ts";

/** Attributes of the subject, and what they are called; the first two are always shown. */
const parts = [
  ["Common Name", "CN"],
  ["Serial Number", "SERIALNUMBER"],
  ["Organization", "O"],
  ["Organizational Unit", "OU"],
  ["Country", "C"],
  ["Locality", "L"],
  ["Province", "ST"],
] as const;

function status(o: Obj): string {
  const types = ((o.status?.conditions ?? []) as Obj[]).map((c) => String(c.type));
  const first = types.includes("Approved") ? "Approved" : types.includes("Denied") ? "Denied" : "Pending";
  return [first, ...(types.includes("Failed") ? ["Failed"] : []), ...(o.status?.certificate ? ["Issued"] : [])].join(",");
}

export function signingRequest(_s: Session, o: Obj): Writer {
  const w = new Writer();
  const request = parseRequest(Buffer.from(String(o.spec.request), "base64").toString());
  w.line(0, "Name:", String(o.metadata.name));
  mapField(w, 0, "Labels", o.metadata.labels as Record<string, string>);
  mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);
  w.line(0, "CreationTimestamp:", longTime(o.metadata.creationTimestamp));
  w.line(0, "Requesting User:", String(o.spec.username));
  if (o.spec.signerName) w.line(0, "Signer:", String(o.spec.signerName));
  if (o.spec.expirationSeconds) w.line(0, "Requested Duration:", durationText(Number(o.spec.expirationSeconds) * 1000));
  w.line(0, "Status:", status(o));
  w.line(0, "Subject:");
  for (const [title, short] of parts) {
    const values = request.subject.filter(([name]) => name === short).map(([, value]) => value);
    if (values.length > 0 || short === "CN" || short === "SERIALNUMBER") w.line(1, `${title}:`, values.join(", "));
  }
  if (request.dnsNames.length + request.ipAddresses.length > 0) {
    w.line(0, "Subject Alternative Names:");
    if (request.dnsNames.length > 0) w.line(1, "DNS Names:", request.dnsNames.join(", "));
    if (request.ipAddresses.length > 0) w.line(1, "IP Addresses:", request.ipAddresses.join(", "));
  }
  return w;
}
