/** Ingresses, their classes and endpoint slices: k8s.io/kubectl/pkg/describe. Layout recorded with kubectl 1.36.4. */
import type { Obj } from "../../../core/json.ts";
import { ServerRefusal } from "../failure.ts";
import type { Session } from "../session.ts";
import { mapField, Writer } from "./writer.ts";

const list = (v: unknown): Obj[] => (v ?? []) as Obj[];

const labels = (w: Writer, o: Obj): void => mapField(w, 0, "Labels", o.metadata.labels as Record<string, string>);
const annotations = (w: Writer, o: Obj): void => mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);

export async function slicesOf(s: Session, namespace: string, service: string): Promise<Obj[]> {
  const kind = await s.kind("endpointslices.discovery.k8s.io");
  const found = await s.request("GET", s.path(kind, namespace), undefined, {
    query: { labelSelector: `kubernetes.io/service-name=${service}` },
  });
  return found.items as Obj[];
}

/** formatEndpointSlices: three of the addresses that are ready. */
export function readyAddresses(slices: Obj[], port: string): string {
  if (slices.length === 0) return "<none>";
  const ready = slices.flatMap((slice) =>
    list(slice.ports)
      .filter((p) => (p.name ?? "") === port)
      .flatMap((p) =>
        list(slice.endpoints)
          .filter((e) => e.conditions?.ready !== false)
          .map((e) => `${(e.addresses as string[])[0]}:${p.port}`),
      ),
  );
  return ready.length > 3 ? `${ready.slice(0, 3).join(",")} + ${ready.length - 3} more...` : ready.join(",");
}

/** describeBackendV1, describeBackendV1beta1 */
async function backend(s: Session, namespace: string, of: Obj): Promise<string> {
  if (of.serviceName) {
    const port = typeof of.servicePort === "number" ? { number: of.servicePort } : { name: of.servicePort };
    return backend(s, namespace, { service: { name: of.serviceName, port } });
  }
  if (!of.service) return `APIGroup: ${of.resource?.apiGroup ?? "<none>"}, Kind: ${of.resource?.kind}, Name: ${of.resource?.name}`;
  const name = String(of.service.name);
  const port = of.service.port as Obj;
  const title = `${name}:${port.number ?? port.name ?? ""}`;
  try {
    const service = await s.get(await s.kind("services"), name, namespace);
    const found = list(service.spec?.ports).find((p) => (port.number === undefined ? p.name === port.name : p.port === port.number));
    return `${title} (${readyAddresses(await slicesOf(s, namespace, name), String(found?.name ?? ""))})`;
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    return `${title} (<error: ${error.detail}>)`;
  }
}

/** Where older controllers of Ingress sent what no rule is for. */
async function oldDefault(s: Session): Promise<string> {
  const name = "default-http-backend";
  try {
    await s.get(await s.kind("endpoints"), name, "kube-system");
  } catch (error) {
    if (!(error instanceof ServerRefusal)) throw error;
    return `${name}:80 (<error: ${error.detail}>)`;
  }
  return backend(s, "kube-system", { service: { name, port: { number: 80 } } });
}

export function serviceCidr(_s: Session, o: Obj): Writer {
  const w = new Writer();
  w.line(0, "Name:", String(o.metadata.name));
  labels(w, o);
  mapField(w, 0, "Annotations", o.metadata.annotations as Record<string, string>, true);
  w.line(0, "CIDRs:", ((o.spec?.cidrs ?? []) as string[]).join(", "));
  return w;
}

export async function ingress(s: Session, o: Obj): Promise<Writer> {
  const w = new Writer();
  const namespace = String(o.metadata.namespace);
  const spec = (o.spec ?? {}) as Obj;
  w.line(0, "Name:", String(o.metadata.name));
  if (s.minor > 20) labels(w, o);
  w.line(0, "Namespace:", namespace);
  w.line(
    0,
    "Address:",
    list(o.status?.loadBalancer?.ingress)
      .map((i) => String(i.ip ?? i.hostname))
      .join(","),
  );
  if (s.minor >= 22) w.line(0, "Ingress Class:", String(spec.ingressClassName ?? "<none>"));
  const given = (spec.defaultBackend ?? spec.backend) as Obj | undefined;
  const standard = given ? await backend(s, namespace, given) : s.minor > 20 ? "<default>" : await oldDefault(s);
  w.line(0, "Default backend:", standard);
  if (list(spec.tls).length > 0) {
    w.line(0, "TLS:");
    for (const t of list(spec.tls)) {
      const hosts = ((t.hosts ?? []) as string[]).join(",");
      w.line(1, t.secretName ? `${t.secretName} terminates ${hosts}` : `SNI routes ${hosts}`);
    }
  }
  w.line(0, "Rules:");
  w.line(1, "Host", "Path", "Backends");
  w.line(1, "----", "----", "--------");
  let rules = 0;
  for (const rule of list(spec.rules)) {
    if (!rule.http) continue;
    rules++;
    w.line(1, String(rule.host ?? "*"), "");
    for (const path of list(rule.http.paths)) w.line(2, "", `${path.path ?? ""} `, await backend(s, namespace, path.backend as Obj));
  }
  if (rules === 0) w.line(1, "*", "*", standard);
  annotations(w, o);
  return w;
}

export function ingressClass(_s: Session, o: Obj): Writer {
  const w = new Writer();
  w.line(0, "Name:", String(o.metadata.name));
  labels(w, o);
  annotations(w, o);
  w.line(0, "Controller:", String(o.spec?.controller ?? ""));
  const p = o.spec?.parameters as Obj | undefined;
  if (p) {
    w.line(0, "Parameters:");
    if (p.apiGroup) w.line(1, "APIGroup:", String(p.apiGroup));
    w.line(1, "Kind:", String(p.kind));
    w.line(1, "Name:", String(p.name));
  }
  return w;
}

export function endpointSlice(_s: Session, o: Obj): Writer {
  const w = new Writer();
  const or = (v: unknown): string => (v === undefined || v === null || v === "" ? "<unset>" : String(v as string));
  w.line(0, "Name:", String(o.metadata.name));
  w.line(0, "Namespace:", String(o.metadata.namespace));
  labels(w, o);
  annotations(w, o);
  w.line(0, "AddressType:", String(o.addressType));
  if (list(o.ports).length === 0) w.raw("Ports: <unset>");
  else {
    w.line(0, "Ports:");
    w.line(1, "Name", "Port", "Protocol");
    w.line(1, "----", "----", "--------");
    for (const p of list(o.ports)) w.line(1, or(p.name), or(p.port), String(p.protocol));
  }
  if (list(o.endpoints).length === 0) w.raw("Endpoints: <none>");
  else {
    w.line(0, "Endpoints:");
    for (const e of list(o.endpoints)) {
      w.line(1, "- Addresses:", ((e.addresses ?? []) as string[]).join(",") || "<none>");
      w.line(2, "Conditions:");
      w.line(3, "Ready:", or(e.conditions?.ready));
      w.line(2, "Hostname:", or(e.hostname));
      if (e.targetRef) w.line(2, "TargetRef:", `${e.targetRef.kind}/${e.targetRef.name}`);
      w.line(2, "NodeName:", or(e.nodeName));
      w.line(2, "Zone:", or(e.zone));
    }
  }
  return w;
}
