/** Certificate signing requests: approval of kubelets' own, signing, cleaning (pkg/controller/certificates). */
import type { Obj } from "../../../core/json.ts";
import { createCertificate, parseRequest, type CertificateRequest, type ExtendedUsage, type KeyUsage } from "../../../pki/index.ts";
import type { Controller, Work } from "../framework/runtime.ts";
import { seconds } from "../framework/runtime.ts";

const resource = "certificatesigningrequests.certificates.k8s.io";

const conditions = (csr: Obj): Obj[] => (csr.status?.conditions as Obj[] | undefined) ?? [];
const has = (csr: Obj, type: string): boolean => conditions(csr).some((c) => c.type === type);

function requestOf(csr: Obj): CertificateRequest | undefined {
  try {
    return parseRequest(Buffer.from(String(csr.spec.request), "base64").toString());
  } catch {
    return undefined;
  }
}

const value = (request: CertificateRequest, type: string): string[] => request.subject.filter(([t]) => t === type).map(([, v]) => v);

/** A kubelet's client certificate: O=system:nodes, CN=system:node:…, only client auth, no names. */
function isNodeClient(csr: Obj, request: CertificateRequest): boolean {
  const usages = new Set((csr.spec.usages as string[] | undefined) ?? []);
  const allowed = ["client auth", "digital signature", "key encipherment"];
  return (
    value(request, "O").join() === "system:nodes" &&
    (value(request, "CN")[0] ?? "").startsWith("system:node:") &&
    request.dnsNames.length + request.ipAddresses.length === 0 &&
    usages.has("client auth") &&
    [...usages].every((u) => allowed.includes(u))
  );
}

export const csrapproving: Controller = {
  name: "csrapproving",
  account: "certificate-controller",
  interested(_r, name, object) {
    return name === resource && !has(object, "Approved") && !has(object, "Denied") && !object.status?.certificate
      ? [String(object.metadata.name)]
      : [];
  },
  sync(w: Work, name: string): void {
    const csr = w.cache.get(resource, name);
    if (!csr || has(csr, "Approved") || has(csr, "Denied") || csr.spec.signerName !== "kubernetes.io/kube-apiserver-client-kubelet") return;
    const request = requestOf(csr);
    if (!request || !isNodeClient(csr, request)) return;
    // a node may renew its own certificate; bootstrap tokens may ask for any node's
    const self = csr.spec.username === value(request, "CN")[0];
    const tries = [
      ...(self ? [{ sub: "selfnodeclient", text: "Auto approving self kubelet client certificate after SubjectAccessReview." }] : []),
      { sub: "nodeclient", text: "Auto approving kubelet client certificate after SubjectAccessReview." },
    ];
    for (const { sub, text } of tries) {
      if (!allowed(w, csr, sub)) continue;
      const status = {
        ...csr.status,
        conditions: [
          ...conditions(csr),
          {
            type: "Approved",
            status: "True",
            reason: "AutoApproved",
            message: text,
            lastUpdateTime: seconds(w.now),
            lastTransitionTime: seconds(w.now),
          },
        ],
      };
      const result = w.client.request("PUT", `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}/approval`, {
        ...csr,
        status,
      });
      if (!result.ok) w.enqueue(name, 1000);
      return;
    }
  },
};

function allowed(w: Work, csr: Obj, subresource: string): boolean {
  const result = w.client.create("subjectaccessreviews.authorization.k8s.io", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user: csr.spec.username as string,
      uid: csr.spec.uid as string | undefined,
      groups: csr.spec.groups as string[],
      resourceAttributes: {
        group: "certificates.k8s.io",
        resource: "certificatesigningrequests",
        verb: "create",
        subresource,
        version: "*",
      },
    },
  });
  return result.ok && result.body.status?.allowed === true;
}

const usageNames: Record<string, KeyUsage | ExtendedUsage> = {
  "digital signature": "digitalSignature",
  "key encipherment": "keyEncipherment",
  "content commitment": "contentCommitment",
  "data encipherment": "dataEncipherment",
  "key agreement": "keyAgreement",
  "client auth": "clientAuth",
  "server auth": "serverAuth",
};
const extended = new Set<string>(["clientAuth", "serverAuth"]);

/** Why a request may not be signed by the signer that it names; undefined when it may. */
function refusal(csr: Obj, request: CertificateRequest): string | undefined {
  const usages = (csr.spec.usages as string[] | undefined) ?? [];
  switch (csr.spec.signerName) {
    case "kubernetes.io/kube-apiserver-client":
      return usages.includes("client auth") && usages.every((u) => ["client auth", "digital signature", "key encipherment"].includes(u))
        ? undefined
        : "usages did not match";
    case "kubernetes.io/kube-apiserver-client-kubelet":
      return isNodeClient(csr, request) ? undefined : "subject organization is not system:nodes";
    case "kubernetes.io/kubelet-serving": {
      if (value(request, "O").join() !== "system:nodes") return "subject organization is not system:nodes";
      if (!(value(request, "CN")[0] ?? "").startsWith("system:node:")) return "subject common name does not begin with system:node:";
      if (request.dnsNames.length + request.ipAddresses.length === 0) return "DNS or IP subjectAltName is required";
      return csr.spec.username === value(request, "CN")[0] ? undefined : "subject common name does not match the requestor";
    }
    case "kubernetes.io/legacy-unknown":
      return undefined;
    default:
      return undefined;
  }
}

export const csrsigning: Controller = {
  name: "csrsigning",
  account: "certificate-controller",
  interested(_r, name, object) {
    return name === resource && has(object, "Approved") && !has(object, "Failed") && !object.status?.certificate
      ? [String(object.metadata.name)]
      : [];
  },
  sync(w: Work, name: string): void {
    const csr = w.cache.get(resource, name);
    if (
      !csr ||
      !has(csr, "Approved") ||
      has(csr, "Failed") ||
      csr.status?.certificate ||
      !String(csr.spec.signerName).startsWith("kubernetes.io/")
    )
      return;
    // the files are read for each signature: real controllers reload them when they change
    const files = w.p.data.signing as { cert: string; key: string } | undefined;
    const certPem = files && w.p.fs.tryReadText(files.cert);
    const keyPem = files && w.p.fs.tryReadText(files.key);
    if (!certPem || !keyPem) return;
    const request = requestOf(csr);
    const why = request ? refusal(csr, request) : "unable to parse csr";
    if (!request || why !== undefined) {
      const failed = {
        type: "Failed",
        status: "True",
        reason: "SignerValidationFailure",
        message: why ?? "",
        lastUpdateTime: seconds(w.now),
        lastTransitionTime: seconds(w.now),
      };
      w.updateStatus(resource, { ...csr, status: { ...csr.status, conditions: [...conditions(csr), failed] } });
      return;
    }
    const usages = ((csr.spec.usages as string[] | undefined) ?? []).map((u) => usageNames[u]).filter((u) => u !== undefined);
    const wanted = Number(csr.spec.expirationSeconds ?? 0) * 1000;
    const longest = (w.p.data.signingDuration as number | undefined) ?? 365 * 86_400_000;
    const serial = w.p.machine.random("kube/csr").bytes(16);
    serial[0]! &= 0x7f;
    const pem = createCertificate({
      subject: { commonName: value(request, "CN")[0], organizations: value(request, "O") },
      issuer: { certPem, keyPem },
      spki: request.spki,
      keyUsages: usages.filter((u): u is KeyUsage => !extended.has(u)),
      usages: usages.filter((u): u is ExtendedUsage => extended.has(u)),
      dnsNames: request.dnsNames,
      ipAddresses: request.ipAddresses,
      // clocks differ: signed certificates are dated five minutes back
      notBefore: w.now - 300_000,
      notAfter: w.now - 300_000 + (wanted >= 600_000 ? Math.min(wanted, longest) : longest),
      serial,
    });
    w.updateStatus(resource, { ...csr, status: { ...csr.status, certificate: Buffer.from(pem).toString("base64") } });
  },
};

/** Requests are kept an hour after they were issued, a day while nobody decides. */
export const csrcleaner: Controller = {
  name: "csrcleaner",
  account: "certificate-controller",
  interested(_r, name, object, deleted) {
    return name === resource && !deleted ? [String(object.metadata.name)] : [];
  },
  sync(w: Work, name: string): void {
    const csr = w.cache.get(resource, name);
    if (!csr) return;
    const made = Date.parse(String(csr.metadata.creationTimestamp));
    const hour = 3_600_000;
    const due = made + (csr.status?.certificate || has(csr, "Denied") || has(csr, "Failed") ? hour : 24 * hour);
    if (w.now >= due) w.delete(resource, csr);
    else w.enqueue(name, due - w.now + 1000);
  },
};
