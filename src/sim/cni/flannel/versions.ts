/** flannel's release and the CNI plugin's that its manifest names (github.com/flannel-io/flannel/releases). */
export const flannelVersion = "v0.27.4";
export const pluginVersion = "v1.8.0-flannel1";

export const flannelImage = `ghcr.io/flannel-io/flannel:${flannelVersion}`;
export const pluginImage = `ghcr.io/flannel-io/flannel-cni-plugin:${pluginVersion}`;
