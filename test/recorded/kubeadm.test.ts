import { scenarios } from "./scenarios.ts";
import { replayAll } from "./suite.ts";

replayAll(scenarios.filter((s) => /^(kubeadm|cluster)/.test(s.recording)));
