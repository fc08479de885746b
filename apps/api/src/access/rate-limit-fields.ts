import type { RateState } from "@sluice/shared/access/authenticator";
import { Problem } from "../problems/problem.ts";

const policy = '"requests_per_minute"';

/**
 * The fields that tell a client where it stands (draft-ietf-httpapi-ratelimit-headers-10): `q` calls at once and as many in
 * `w` seconds, `r` of them left, one more in `t` seconds.
 */
export function rateLimitFields({ perMinute, remaining, nextMs }: RateState): Record<string, string> {
  return { "RateLimit-Policy": `${policy};q=${perMinute};w=60`, RateLimit: `${policy};r=${remaining};t=${seconds(nextMs)}` };
}

/** The refusal of a call that does not fit. */
export function rateLimited({ perMinute, nextMs }: RateState): Problem {
  return Problem.of("rate_limited", {
    detail: `This key may hand in work ${perMinute} times a minute. Nothing was accepted.`,
    headers: { "Retry-After": String(seconds(nextMs)) },
  });
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
