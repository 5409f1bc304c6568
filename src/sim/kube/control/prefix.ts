/** Prefix arithmetic of the control plane's programs. */
export { addressIn, parsePrefix, type Prefix } from "../kubeadm/address.ts";
