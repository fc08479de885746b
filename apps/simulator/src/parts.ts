import { Questions, readQuestions } from "./answers/questions.ts";
import { FaultPlan } from "./faults/fault-plan.ts";
import { Holds } from "./holds/holds.ts";
import { type Authentication, createAuthentication } from "./http/identity.ts";
import { Stats } from "./inspection/stats.ts";
import { CountTokensLimit } from "./limits/count-tokens-limit.ts";
import { shapeOf } from "./limits/limits.ts";
import { Pools } from "./limits/pools.ts";
import { Productions } from "./messages/production.ts";
import { PromptCache } from "./messages/prompt-cache.ts";
import type { SimulatorOptions } from "./options.ts";

/** What the endpoints and the control share. */
export interface Parts {
  readonly options: SimulatorOptions;
  /** Wall clock in ms with fractions, that never steps back. */
  readonly now: () => number;
  readonly authenticate: Authentication;
  readonly pools: Pools;
  readonly countTokensLimit: CountTokensLimit;
  readonly faultPlan: FaultPlan;
  readonly holds: Holds;
  readonly productions: Productions;
  readonly promptCache: PromptCache;
  readonly questions: Questions;
  /** Replaced by a reset; requests in flight go on counting in the one they began with. */
  stats: Stats;
}

/** @throws an error when the questions file cannot be read, or a RangeError when the fault rates add up to more than 1 */
export function createParts(options: SimulatorOptions): Parts {
  const now = () => performance.timeOrigin + performance.now();
  return {
    options,
    now,
    authenticate: createAuthentication(options.apiKeys),
    pools: new Pools(options.limits),
    countTokensLimit: new CountTokensLimit(shapeOf(options.countTokensRequestsPerMinute, options.limits.burstSeconds)),
    faultPlan: new FaultPlan(options.faultRates),
    holds: new Holds(),
    productions: new Productions(now),
    promptCache: new PromptCache(),
    questions: options.questionsFile === undefined ? new Questions([]) : readQuestions(options.questionsFile),
    stats: new Stats(now()),
  };
}
