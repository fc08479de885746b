import { ApiError } from "../http/api-error.ts";
import type { RefusalFault } from "./fault.ts";

const shouldRetry = { "x-should-retry": "true" };

/** Answers of the CDN in front of the API: a page, not the API's JSON. */
const badGatewayPage = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";

/** The error each refusal answers with. `retryAfterSeconds` is told by the two that name a wait. */
export function refusalError(fault: RefusalFault, { retryAfterSeconds, nowMs }: { retryAfterSeconds: number; nowMs: number }): ApiError {
  const wait = { "retry-after": String(retryAfterSeconds), ...shouldRetry };
  switch (fault) {
    case "invalid_request":
      return new ApiError(400, "invalid_request_error", "The request was refused as invalid on demand.");
    case "spend_limit":
      return new ApiError(
        400,
        "invalid_request_error",
        `You have reached your specified API usage limits. You will regain access on ${nextMonth(nowMs)} at 00:00 UTC.`,
      );
    case "authentication":
      return new ApiError(401, "authentication_error", "invalid x-api-key");
    case "billing":
      return new ApiError(402, "billing_error", "There is a problem with the payment for this account.");
    case "permission":
      return new ApiError(403, "permission_error", "Your API key does not have permission to use the specified resource.");
    case "not_found":
      return new ApiError(404, "not_found_error", "Not Found");
    case "rate_limit":
      return new ApiError(429, "rate_limit_error", "This request would exceed your organization's rate limit.", { headers: wait });
    case "ramp":
      return new ApiError(429, "rate_limit_error", "The use of this organization grows too fast. Please slow down.", {
        errorCode: "ramp_limit_exceeded",
        headers: wait,
      });
    case "spend_cap":
      // No `retry-after`: the wait ends with the month.
      return new ApiError(429, "rate_limit_error", "This organization has reached the monthly usage threshold of its tier.", {
        errorCode: "enforced_spend_limit_reached",
      });
    case "contract_spend_cap":
      return new ApiError(429, "rate_limit_error", "This organization has reached the spend limit of its contract.", {
        errorCode: "contract_spend_limit_reached",
      });
    case "internal":
      return new ApiError(500, "api_error", "Internal server error");
    case "bad_gateway":
      return new ApiError(502, "api_error", "Bad Gateway", { page: badGatewayPage });
    case "unavailable":
      return new ApiError(503, "api_error", "The service is temporarily unavailable.");
    case "timeout":
      return new ApiError(504, "timeout_error", "The request timed out while it was processed.");
    case "overloaded":
      return new ApiError(529, "overloaded_error", "Overloaded", { headers: shouldRetry });
    default:
      return fault satisfies never;
  }
}

function nextMonth(nowMs: number): string {
  const now = new Date(nowMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 10);
}
