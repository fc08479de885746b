import { hash } from "node:crypto";
import type { Idempotency } from "@sluice/shared/jobs/accept-job";

/** Names this operation, so that the same key may be used with another one. */
const scope = "POST /v1/jobs\n";

/** What is kept of a call with an idempotency key: neither the key nor the body can be read from it. */
export function idempotencyOf(key: string | undefined, bodyBytes: Buffer): Idempotency | undefined {
  if (key === undefined) return undefined;
  return { keyHash: hash("sha256", scope + key), fingerprint: hash("sha256", bodyBytes) };
}
