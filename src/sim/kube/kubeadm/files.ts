/** Files that kubeadm reads and writes on the node. */
import { Errno } from "../../core/errno.ts";
import type { Proc } from "../../kernel/proc.ts";
import { goErrno } from "../../net/http.ts";

export const kubernetesDir = "/etc/kubernetes";
export const manifestsDir = "/etc/kubernetes/manifests";
export const kubeletDir = "/var/lib/kubelet";
export const adminConf = "/etc/kubernetes/admin.conf";
export const superAdminConf = "/etc/kubernetes/super-admin.conf";
export const kubeletConf = "/etc/kubernetes/kubelet.conf";
export const bootstrapConf = "/etc/kubernetes/bootstrap-kubelet.conf";

/** Go's text of a failed open: `open /x: no such file or directory`. */
export function openError(error: unknown, path: string, call = "open"): string {
  if (!(error instanceof Errno)) throw error;
  return `${call} ${path}: ${goErrno(error.code)}`;
}

export function write(p: Proc, path: string, text: string, mode: number, dirMode = 0o755): void {
  const dir = path.slice(0, path.lastIndexOf("/")) || "/";
  if (!p.fs.exists(dir)) p.fs.mkdirp(dir, dirMode);
  p.fs.write(path, text, { mode });
}

/** Removes what is in a folder, not the folder. */
export function emptyFolder(p: Proc, path: string): void {
  if (!p.fs.isDir(path)) return;
  for (const name of p.fs.readdir(path)) p.fs.removeAll(`${path}/${name}`);
}
