import { ApiError, sendError } from "../http/api-error.ts";
import { sendJson } from "../http/send-json.ts";
import { retryAfterSeconds } from "../limits/refusal.ts";
import type { Parts } from "../parts.ts";
import type { Call } from "./call.ts";
import { prepareCountTokens } from "./prepare-request.ts";

/** `POST /v1/messages/count_tokens`: free, with a request limit of its own. */
export function handleCountTokens(parts: Parts, { response, requestId, identity, version, body }: Call): void {
  const { countTokensLimit, options } = parts;
  const prepared = prepareCountTokens(body, version, options);
  if (prepared instanceof ApiError) return sendError(response, prepared, requestId, identity.headers);

  const nowMs = parts.now();
  const { organizationId } = identity;
  const admission = countTokensLimit.admit(organizationId, nowMs);
  const headers = { ...identity.headers, ...countTokensLimit.headers(organizationId, options.remaining, nowMs) };
  if (admission.admitted) {
    return sendJson(response, 200, { input_tokens: prepared.inputTokens }, { ...headers, "request-id": requestId });
  }
  parts.stats.countTokensRefused += 1;
  const limit = countTokensLimit.shape.perMinute.toLocaleString("en-US");
  const error = new ApiError(
    429,
    "rate_limit_error",
    `This request would exceed your organization's rate limit of ${limit} token counting requests per minute (org: ${organizationId}).`,
    { headers: { "retry-after": String(retryAfterSeconds(admission.retryAfterMs)), "x-should-retry": "true" } },
  );
  return sendError(response, error, requestId, headers);
}
