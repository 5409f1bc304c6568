/** Calico's releases and what belongs to each (docs.tigera.io/calico/latest/reference/component-versions; release pages of github.com/projectcalico/calico). */

/** The release that the simulator's texts and manifests follow. */
export const calicoVersion = "v3.31.3";

export interface Release {
  operator: string;
  /** The digits that `calicoctl version` prints as Git commit. */
  commit: string;
}

export const releases: Record<string, Release> = {
  "v3.31.2": { operator: "v1.40.2", commit: "2a5e1d2bb" },
  "v3.31.3": { operator: "v1.40.3", commit: "79e3d6fbb" },
};

/** Version of Calico's fork of BIRD in calico/node (github.com/projectcalico/bird). */
export const birdVersion = "v0.3.3+birdv1.6.8";

const registry = "quay.io";

/** Reference of an image of a release; `operator` has a repository of its own. */
export const image = (name: string, version = calicoVersion): string => `${registry}/calico/${name}:${version}`;
export const operatorImage = (version = calicoVersion): string =>
  `quay.io/tigera/operator:${releases[version]?.operator ?? releases[calicoVersion]!.operator}`;

/** API group of Calico's own resources in the Kubernetes datastore. */
export const group = "crd.projectcalico.org";
