/** What each Kubernetes minor release is made of (cmd/kubeadm/app/constants/constants.go of its branch). */

export interface Release {
  etcd: string;
  coredns: string;
  pause: string;
}

export const releases: Record<number, Release> = {
  19: { etcd: "3.4.13-0", coredns: "1.7.0", pause: "3.2" },
  20: { etcd: "3.4.13-0", coredns: "1.7.0", pause: "3.2" },
  21: { etcd: "3.4.13-0", coredns: "v1.8.0", pause: "3.4.1" },
  22: { etcd: "3.5.0-0", coredns: "v1.8.4", pause: "3.5" },
  23: { etcd: "3.5.6-0", coredns: "v1.8.6", pause: "3.6" },
  24: { etcd: "3.5.6-0", coredns: "v1.8.6", pause: "3.7" },
  25: { etcd: "3.5.9-0", coredns: "v1.9.3", pause: "3.8" },
  26: { etcd: "3.5.10-0", coredns: "v1.9.3", pause: "3.9" },
  27: { etcd: "3.5.12-0", coredns: "v1.10.1", pause: "3.9" },
  28: { etcd: "3.5.15-0", coredns: "v1.10.1", pause: "3.9" },
  29: { etcd: "3.5.16-0", coredns: "v1.11.1", pause: "3.9" },
  30: { etcd: "3.5.15-0", coredns: "v1.11.3", pause: "3.9" },
  31: { etcd: "3.5.24-0", coredns: "v1.11.3", pause: "3.10" },
  32: { etcd: "3.5.24-0", coredns: "v1.11.3", pause: "3.10" },
  33: { etcd: "3.5.24-0", coredns: "v1.12.0", pause: "3.10" },
  34: { etcd: "3.6.5-0", coredns: "v1.12.1", pause: "3.10.1" },
  35: { etcd: "3.6.6-0", coredns: "v1.13.1", pause: "3.10.1" },
  36: { etcd: "3.6.6-0", coredns: "v1.13.1", pause: "3.10.1" },
};

/** Minor number of `v1.35.2` or `1.35.2`. */
export const minorOf = (version: string): number => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? 0);

/** Patch number of `v1.35.2` or `1.35.2`. */
export const patchOf = (version: string): number => Number(/^v?\d+\.\d+\.(\d+)/.exec(version)?.[1] ?? 0);
