import { scenarios } from "./scenarios.ts";
import { replayAll } from "./suite.ts";

replayAll(scenarios.filter((s) => s.recording.startsWith("kcm")));
