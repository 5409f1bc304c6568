/** Which Kubernetes version is meant: a number, or a label that dl.k8s.io resolves (cmd/kubeadm/app/util/version.go). */
import { httpCall } from "../../net/http.ts";
import { KubeadmError, type Context } from "./context.ts";

const semantic = /^v?([0-9]+)\.([0-9]+)\.([0-9]+)([-\w.+]*)?$/;
const label = /^((?:ci|release)\/)?([-\w.]+)$/;
const bucket = /^(?:(stable|latest)(?:-\d+(?:\.\d+)?)?)$/;

/** Resolves `text`; the network is asked only for labels. */
export async function resolveVersion(c: Context, text: string): Promise<string> {
  if (semantic.test(text)) return text.startsWith("v") ? text : `v${text}`;
  const name = label.exec(text)?.[2] ?? "";
  if (!bucket.test(name))
    throw new KubeadmError(`version "${text}" doesn't match patterns for neither semantic version nor labels (stable, latest, ...)`);
  const fetched = await fetchLabel(c, name);
  if (fetched === undefined) return c.version;
  const remoteMinor = Number(/^v1\.(\d+)/.exec(fetched)?.[1] ?? 0);
  if (name.startsWith("stable") && remoteMinor > c.minor) {
    const series = `stable-1.${c.minor}`;
    await c.klog("I", "version.go:261", `remote version is much newer: ${fetched}; falling back to: ${series}`);
    return (await fetchLabel(c, series)) ?? c.version;
  }
  return fetched;
}

async function fetchLabel(c: Context, name: string): Promise<string | undefined> {
  const url = `https://dl.k8s.io/release/${name}.txt`;
  const result = httpCall(c.p, { url });
  let why: string;
  if (result.ok && result.response.status === 200) {
    await c.p.sleep(result.after);
    return Buffer.from(result.response.body as string)
      .toString()
      .trim();
  }
  if (result.ok) why = `unable to fetch file. URL: "${url}", status: ${result.response.status}`;
  else {
    // getReleaseVersionTimeout: the HTTP client waits ten seconds
    const late = result.after > 10_000;
    await c.p.sleep(Math.min(result.after, 10_000));
    why = `unable to get URL "${url}": Get "${url}": ${late ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)" : result.detail}`;
  }
  await c.klog("W", "version.go:101", `could not fetch a Kubernetes version from the internet: ${why}`);
  await c.klog("W", "version.go:102", `falling back to the local client version: ${c.version}`);
  return c.version;
}

export function checkSupported(c: Context, version: string): void {
  const minor = Number(/^v1\.(\d+)/.exec(version)?.[1] ?? 0);
  if (minor < c.minor - 1)
    throw new KubeadmError(
      `this version of kubeadm only supports deploying clusters with the control plane version >= 1.${c.minor - 1}.0. Current version: ${version}`,
    );
}
