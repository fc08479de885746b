// What a lane is doing now, as its workers tell and Redis knows: for places in the queue, GET /v1/limits and the choice of an account.
import type { Redis } from "ioredis";
import { z } from "zod";
import type { BindingBudget } from "../limits/binding-pace.ts";
import type { LaneLimits } from "../limits/tiers.ts";
import { laneKeys } from "../redis/keys.ts";
import { restReasons } from "./rest-lane.ts";
import type { RestReason } from "./rest-lane.ts";

export interface LanePace {
  /** The limits the lane keeps to now. */
  limits: LaneLimits;
  /** Starts a minute that the binding budget allows. */
  requestsPerMinute: number;
  bindingBudget: BindingBudget;
}

export interface LaneStatus {
  /** undefined until a worker has opened the lane */
  pace: LanePace | undefined;
  rest: { reason: RestReason; leftMs: number } | undefined;
}

const paceSchema = z.object({
  "now:requestsPerMinute": z.coerce.number(),
  "now:inputTokensPerMinute": z.coerce.number(),
  "now:outputTokensPerMinute": z.coerce.number(),
  "now:pace": z.coerce.number(),
  "now:bindingBudget": z.enum(["requests", "inputTokens", "outputTokens"]),
});
const paceFields = Object.keys(paceSchema.shape);

/** Tells other processes the lane's pace. */
export async function writeLanePace(redis: Redis, laneName: string, { limits, requestsPerMinute, bindingBudget }: LanePace): Promise<void> {
  await redis.hset(laneKeys(laneName).limits, {
    "now:requestsPerMinute": limits.requestsPerMinute,
    "now:inputTokensPerMinute": limits.inputTokensPerMinute,
    "now:outputTokensPerMinute": limits.outputTokensPerMinute,
    "now:pace": requestsPerMinute,
    "now:bindingBudget": bindingBudget,
  });
}

export async function readLaneStatus(redis: Redis, laneName: string): Promise<LaneStatus> {
  const keys = laneKeys(laneName);
  const [values, reason, leftMs] = await Promise.all([
    redis.hmget(keys.limits, ...paceFields),
    redis.get(keys.restReason),
    redis.pttl(keys.restReason),
  ]);
  const pace = paceSchema.safeParse(Object.fromEntries(paceFields.map((field, index) => [field, values[index]])));
  const known = z.enum(restReasons).safeParse(reason);
  return {
    pace: pace.success ? toLanePace(pace.data) : undefined,
    rest: known.success && leftMs > 0 ? { reason: known.data, leftMs } : undefined,
  };
}

function toLanePace(fields: z.output<typeof paceSchema>): LanePace {
  return {
    limits: {
      requestsPerMinute: fields["now:requestsPerMinute"],
      inputTokensPerMinute: fields["now:inputTokensPerMinute"],
      outputTokensPerMinute: fields["now:outputTokensPerMinute"],
    },
    requestsPerMinute: fields["now:pace"],
    bindingBudget: fields["now:bindingBudget"],
  };
}
