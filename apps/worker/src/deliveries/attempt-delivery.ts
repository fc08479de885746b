// One look at a delivery: from the BullMQ job a worker was given to the record of what came of it.
//
// Moves   pending → (one POST) → delivered | failed: final
//                              → pending, due at its next attempt
//         pending, its target busy or held back by its breaker → as it was: looked at again when its turn comes
//         final or unknown at the start: nothing is sent; not due yet: looked at again when it is
// Invariants
//   I1 Every attempt sends the stored body: it is rendered once, whoever renders it.
//   I2 The attempt is recorded before BullMQ is told what comes next. Dying in between, the job is still in BullMQ's hands
//      and the next worker finds what was done; dying before the record, the event is sent again under the same id.
//   I3 An attempt that ended without an answer from us (before: Redis, rendering; stopped by us) uses up nothing, and neither does
//      a look without an attempt.
//   I4 What an attempt says of its target is written before the attempt itself, so that it is not missed. Written twice, it says the same.
import type { Logger } from "@sluice/shared/logging/logger";
import type { BreakerOptions } from "@sluice/shared/webhooks/breaker";
import { readBreaker, targetOf } from "@sluice/shared/webhooks/breaker-store";
import type { DeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { loadDelivery } from "@sluice/shared/webhooks/delivery-record";
import type { Delivery } from "@sluice/shared/webhooks/delivery-record";
import { nextStep } from "@sluice/shared/webhooks/delivery-schedule";
import type { FailureReason, NextStep } from "@sluice/shared/webhooks/delivery-schedule";
import { readEndpoint } from "@sluice/shared/webhooks/endpoint-record";
import { giveUpDelivery, recordDeliveryAttempt } from "@sluice/shared/webhooks/record-delivery-attempt";
import type { RecordReply } from "@sluice/shared/webhooks/record-delivery-attempt";
import { storeDeliveryBody } from "@sluice/shared/webhooks/store-delivery-body";
import { loadWebhookSecret, signingSecrets } from "@sluice/shared/webhooks/webhook-secret";
import type { Redis } from "ioredis";
import { admitToTarget } from "./admit-to-target.ts";
import { postWebhook } from "./post-webhook.ts";
import type { PostContext, PostResult } from "./post-webhook.ts";
import { tellTarget } from "./tell-target.ts";
import type { AttemptedTarget } from "./tell-target.ts";
import type { TargetSlots } from "./target-slots.ts";

export interface DeliveryContext extends Omit<PostContext, "signal"> {
  redis: Redis;
  deliveries: DeliveriesQueue;
  log: Logger;
  targets: TargetSlots;
  breaker: BreakerOptions;
  /** Makes the body of an event; undefined when what it tells of is forgotten. Called once per delivery, or a few times around a crash. */
  renderBody: (delivery: Delivery) => Promise<string | undefined>;
  /** Wait before each attempt. */
  scheduleMs: readonly number[];
  retentionMs: number;
  /** From 0 up to 1. */
  random: () => number;
}

/** When the delivery is to be looked at again. */
export type NextLook =
  | { look: "never" }
  /** `waitsAt`: it may be woken earlier, when that target has room. */
  | { look: "later"; atMs: number; waitsAt?: string }
  | { look: "by_another_worker" };

/** Clocks of worker machines differ; a delivery this close to its time is due. */
const clockToleranceMs = 1_000;

type Post = Extract<PostResult, { phase: "attempt" }>;

/**
 * @param signal aborted when this process wants to end
 * @throws whatever Redis or the rendering threw: before the attempt nothing was used up, after it the event will be sent again
 */
export async function attemptDelivery(context: DeliveryContext, tenant: string, id: string, signal: AbortSignal): Promise<NextLook> {
  const { redis } = context;
  const loaded = await loadDelivery(redis, tenant, id);
  if (loaded === undefined || loaded.delivery.status !== "pending") return { look: "never" };
  const { delivery } = loaded;
  const dueAtMs = delivery.nextAttemptAtMs ?? delivery.createdAtMs + (context.scheduleMs[0] ?? 0);
  if (dueAtMs > context.now() + clockToleranceMs) return { look: "later", atMs: dueAtMs };

  const target = targetOf(delivery);
  const [endpoint, breaker, secret] = await Promise.all([
    delivery.endpointId === null ? undefined : readEndpoint(redis, tenant, delivery.endpointId),
    readBreaker(redis, tenant, target),
    loadWebhookSecret(redis, tenant),
  ]);
  if (delivery.endpointId !== null && endpoint === undefined) return await giveUp(context, delivery, "endpoint_deleted");
  // A test is also for finding out whether to enable it again.
  if (endpoint?.enabled === false && delivery.eventType !== "webhook.test") return await giveUp(context, delivery, "endpoint_disabled");

  const body = loaded.body ?? (await renderAndStore(context, delivery));
  if (body === undefined) return await giveUp(context, delivery, "event_expired");

  const admission = await admitToTarget(context, { tenant, target, deliveryId: id, breaker });
  if (!admission.admitted) return { look: "later", atMs: admission.atMs, waitsAt: admission.waitsAt };
  try {
    const url = endpoint?.url ?? delivery.url;
    const secrets = signingSecrets(secret, context.now());
    const post = await postWebhook({ url, eventId: delivery.eventId, body, secrets }, { ...context, signal });
    if (post.phase === "stopped") return { look: "by_another_worker" };
    return await recordAttempt(context, { delivery, target, endpoint, breaker }, post);
  } finally {
    admission.leave();
  }
}

async function renderAndStore({ redis, renderBody }: DeliveryContext, delivery: Delivery): Promise<string | undefined> {
  const body = await renderBody(delivery);
  return body === undefined ? undefined : (await storeDeliveryBody(redis, delivery.tenant, delivery.id, body))?.body;
}

async function giveUp({ redis, log, retentionMs }: DeliveryContext, delivery: Delivery, reason: FailureReason): Promise<NextLook> {
  await giveUpDelivery(redis, { tenant: delivery.tenant, id: delivery.id, reason, retentionMs });
  log.info({ event: "webhook.given_up", ...idsOf(delivery), reason });
  return { look: "never" };
}

async function recordAttempt(context: DeliveryContext, attempted: AttemptedTarget, post: Post): Promise<NextLook> {
  const { delivery } = attempted;
  const { attempt, retryAfterMs } = post;
  const { tenant, id } = delivery;
  const number = delivery.attempts + 1;
  const { now, random, scheduleMs, retentionMs } = context;
  const isDisabled = await tellTarget(context, attempted, post);
  const step = stepAfter(
    isDisabled,
    nextStep({
      number: number - delivery.attemptsBefore,
      outcome: attempt,
      retryAfterMs,
      startedAtMs: delivery.restartedAtMs ?? delivery.createdAtMs,
      nowMs: now(),
      random: random(),
      scheduleMs,
    }),
  );
  const reply = await recordDeliveryAttempt(context.redis, { tenant, id, number, attempt, step, retentionMs });
  context.log.info({
    event: "webhook.attempted",
    ...idsOf(delivery),
    attempt: number,
    attemptsMax: delivery.attemptsBefore + scheduleMs.length,
    durationMs: attempt.durationMs,
    outcome: attempt.outcome,
    statusCode: attempt.statusCode,
    errorPhase: attempt.errorPhase,
    next: describeNext(step, reply),
  });
  return nextLook(step, reply);
}

/** Of an endpoint that was just disabled nothing waits for a next attempt. */
function stepAfter(isDisabled: boolean, step: NextStep): NextStep {
  return isDisabled && step.next === "retry" ? { next: "failed", reason: "endpoint_disabled" } : step;
}

function nextLook(step: NextStep, reply: RecordReply): NextLook {
  if (reply.outcome === "superseded") return { look: "later", atMs: reply.nextAttemptAtMs };
  return reply.outcome === "recorded" && step.next === "retry" ? { look: "later", atMs: step.nextAttemptAtMs } : { look: "never" };
}

function describeNext(step: NextStep, reply: RecordReply): string {
  if (reply.outcome === "already") return `${reply.status} already`;
  if (reply.outcome !== "recorded") return reply.outcome;
  if (step.next === "retry") return `again at ${new Date(step.nextAttemptAtMs).toISOString()}`;
  return step.next === "failed" ? `failed: ${step.reason}` : step.next;
}

/** Of the URL the host only: paths and queries hold keys often enough. */
function idsOf({ tenant, id, eventId, eventType, jobId, batchId, endpointId, url }: Delivery) {
  return {
    tenant,
    deliveryId: id,
    eventId,
    eventType,
    ...(jobId !== null && { jobId }),
    ...(batchId !== null && { batchId }),
    ...(endpointId !== null && { endpointId }),
    host: URL.parse(url)?.host,
  };
}
