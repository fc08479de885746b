import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { PeerName } from "../peers/catalog.ts";
import type { Job } from "../peers/peer.ts";

export interface Range {
  min: number;
  max: number;
}

export type LimitName = "requests" | "inputTokens" | "outputTokens";

export interface Scenario {
  name: string;
  title: string;
  /** What happens, in one sentence with its figures. */
  description: string;
  /** The account's limits at the start; contestants are told these. */
  limits: LaneLimits;
  /** The limit whose use is measured: the one that jobs wait for. */
  binding: LimitName;
  latencyMs: Range;
  /** Size of answers, drawn evenly. */
  outputTokens: Range;
  /** Setting of the simulator, e.g. `overloaded=0.05`. */
  faults?: string;
  /** Processes that do the work, for contestants that can spread it. */
  workers: number;
  /** Only these take part; unset: all. */
  peers?: readonly PeerName[];
  /** What happens when, for a run that takes about this long at the full pace of the account. */
  plan: (durationMs: number) => Plan;
}

export interface Plan {
  jobs: Job[];
  /** What the account's owner is not told. */
  limitChanges: LimitChange[];
  /** Somebody else with the same key, who sends at a steady pace and never looks at a 429. */
  otherUser: { fromMs: number; requestsPerMinute: number } | undefined;
  /** Use is measured over what was sent after this. */
  measureFromMs: number;
  /** After each of these the time until the new pace is found is measured. */
  changes: { name: string; atMs: number }[];
}

interface LimitChange {
  atMs: number;
  limits: Partial<LaneLimits>;
}
