// What an attempt says of its target: to the breaker, and to the endpoint if it is one.
import type { Logger } from "@sluice/shared/logging/logger";
import { afterAttempt, saysOfTarget } from "@sluice/shared/webhooks/breaker";
import type { Breaker, BreakerOptions } from "@sluice/shared/webhooks/breaker";
import { changeBreaker } from "@sluice/shared/webhooks/breaker-store";
import type { DeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import type { DeliveryAttempt } from "@sluice/shared/webhooks/delivery-outcome";
import type { Delivery } from "@sluice/shared/webhooks/delivery-record";
import { noteOf } from "@sluice/shared/webhooks/endpoint-health";
import type { Endpoint } from "@sluice/shared/webhooks/endpoint-record";
import { noteEndpointAttempt } from "@sluice/shared/webhooks/note-endpoint-attempt";
import type { Redis } from "ioredis";
import { targetName } from "./admit-to-target.ts";
import type { PostResult } from "./post-webhook.ts";
import type { TargetSlots } from "./target-slots.ts";

interface TellContext {
  redis: Redis;
  deliveries: DeliveriesQueue;
  log: Logger;
  targets: TargetSlots;
  breaker: BreakerOptions;
  retentionMs: number;
  now: () => number;
}

export interface AttemptedTarget {
  delivery: Delivery;
  target: string;
  /** As they were before the attempt. */
  endpoint: Endpoint | undefined;
  breaker: Breaker;
}

/**
 * @returns whether the endpoint is disabled by now; nothing more is sent to it then
 */
export async function tellTarget(
  context: TellContext,
  attempted: AttemptedTarget,
  post: Extract<PostResult, { phase: "attempt" }>,
): Promise<boolean> {
  const [, isDisabled] = await Promise.all([tellBreaker(context, attempted, post.attempt), tellEndpoint(context, attempted, post)]);
  return isDisabled;
}

async function tellBreaker(
  { redis, log, now, targets, breaker: options }: TellContext,
  { delivery: { tenant, id }, target, breaker }: AttemptedTarget,
  attempt: DeliveryAttempt,
): Promise<void> {
  if (!saysOfTarget(attempt)) return;
  const succeeded = attempt.outcome === "delivered";
  // Nearly always: it works, and did so before.
  if (succeeded && breaker.state === "closed" && breaker.failures === 0) return;
  let before: Breaker | undefined;
  const after = await changeBreaker(redis, { tenant, target }, (state) => {
    before = state;
    return afterAttempt(state, { deliveryId: id, succeeded, nowMs: now() }, options);
  });
  if (after === undefined || before === undefined || after === before) return;
  if (after.state === "open") log.warn({ event: "webhook.paused", tenant, target, until: new Date(after.untilMs).toISOString() });
  else if (before.state === "open") {
    log.info({ event: "webhook.resumed", tenant, target });
    targets.release(targetName(tenant, target));
  }
}

async function tellEndpoint(
  context: TellContext,
  { delivery, endpoint }: AttemptedTarget,
  { attempt, asksToDisable }: Extract<PostResult, { phase: "attempt" }>,
): Promise<boolean> {
  if (endpoint === undefined) return false;
  const nowMs = context.now();
  const note = noteOf(endpoint, { attempt, asksToDisable, nowMs });
  if (note === undefined) return false;
  const attemptId = `${delivery.id}/${delivery.attempts + 1}`;
  const wasDisabled = await noteEndpointAttempt(context, { endpoint, note, attemptId, nowMs });
  if (wasDisabled) {
    context.log.warn({ event: "webhook_endpoint.disabled", tenant: endpoint.tenant, endpointId: endpoint.id, reason: note.disable });
  }
  return wasDisabled;
}
