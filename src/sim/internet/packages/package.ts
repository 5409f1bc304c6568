/** Debian packages as data. */

export interface PackageFile {
  path: string;
  /** An executable that runs this simulated program. */
  program?: string;
  /** Version that the executable names. */
  version?: string;
  size?: number;
  text?: string;
  mode?: number;
  /** Target of a symbolic link. */
  link?: string;
  dir?: true;
  /** Configuration file: kept when it was changed, and when the package is removed. */
  conffile?: true;
}

export interface Package {
  name: string;
  version: string;
  arch: "amd64" | "all";
  section: string;
  priority?: string;
  depends?: string[];
  recommends?: string[];
  provides?: string[];
  conflicts?: string[];
  description: string;
  homepage?: string;
  maintainer?: string;
  /** Bytes of the .deb. */
  size: number;
  /** KiB. */
  installed: number;
  files: PackageFile[];
  /** What the maintainer scripts do, in order. */
  postinst?: Action[];
}

export type Action =
  /** deb-systemd-helper enable + deb-systemd-invoke start. */
  | { do: "enable"; unit: string; start: boolean }
  | { do: "group"; name: string }
  | { do: "user"; name: string; home: string; shell: string }
  | { do: "modules"; names: string[] };
