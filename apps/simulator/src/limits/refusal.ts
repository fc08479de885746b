import { ApiError } from "../http/api-error.ts";
import type { LimitName, LimitShapes } from "./limits.ts";

const units: Record<LimitName, string> = {
  requests: "requests",
  inputTokens: "input tokens",
  outputTokens: "output tokens",
};

/** A wait without end (a prompt above the limit itself) is told as one minute. */
const longestWaitSeconds = 60;

/** Whole seconds, rounded up, at least one: trying again then fits. */
export function retryAfterSeconds(retryAfterMs: number): number {
  if (retryAfterMs === Infinity) return longestWaitSeconds;
  return Math.max(1, Math.ceil(retryAfterMs / 1000));
}

/** The 429 of a limit. Its wording names the limit, as Claude's does. */
export function rateLimitRefusal(refused: {
  limitedBy: LimitName;
  retryAfterMs: number;
  shapes: LimitShapes;
  organizationId: string;
  modelId: string;
}): ApiError {
  const limit = refused.shapes[refused.limitedBy].perMinute.toLocaleString("en-US");
  return new ApiError(
    429,
    "rate_limit_error",
    `This request would exceed your organization's rate limit of ${limit} ${units[refused.limitedBy]} per minute ` +
      `(org: ${refused.organizationId}, model: ${refused.modelId}).`,
    { headers: { "retry-after": String(retryAfterSeconds(refused.retryAfterMs)), "x-should-retry": "true" } },
  );
}
