/**
 * This host: facts about it are gathered in one place (`gatherFacts`), and judged by pure functions: `hostFindings` for a plan,
 * `providerFindings` for a provider without one.
 */
export type { HostFacts, ProviderName } from "./facts.ts";
export { gatherFacts, networkFacts } from "./gather.ts";
export { hostFindings } from "./findings.ts";
export { networkFindings } from "./network.ts";
export { nameOnHost } from "./capacity.ts";
export { freeRange } from "./ranges.ts";
export { providerFindings } from "./requirements.ts";
