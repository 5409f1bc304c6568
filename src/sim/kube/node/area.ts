import type { Area } from "../../area.ts";
import { coredns } from "./dns/coredns.ts";
import { kubelet } from "./kubelet/kubelet.ts";
import { kubeProxy } from "./proxy/proxy.ts";

export const nodeArea: Area = { programs: [kubelet, kubeProxy, coredns], base: {} };
