import type { Redis } from "ioredis";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import type { DeliveryAttempt } from "./delivery-outcome.ts";
import { deliveryStatuses } from "./delivery-record.ts";
import type { FailureReason, NextStep } from "./delivery-schedule.ts";

const script = new Script(new URL("record-delivery-attempt.lua", import.meta.url), [new URL("forget-deliveries.lua", import.meta.url)]);

export interface AttemptToRecord {
  tenant: string;
  id: string;
  /** From 1. */
  number: number;
  attempt: DeliveryAttempt;
  step: NextStep;
  /** How long the delivery stays readable once it is final. */
  retentionMs: number;
}

const replySchema = z.union([
  z.tuple([z.enum(["recorded", "missing"])]).transform(([outcome]) => ({ outcome })),
  z.tuple([z.literal("already"), z.enum(deliveryStatuses)]).transform(([outcome, status]) => ({ outcome, status })),
  z.tuple([z.literal("superseded"), z.coerce.number()]).transform(([outcome, nextAttemptAtMs]) => ({ outcome, nextAttemptAtMs })),
]);

/**
 * - `recorded`: what follows is the step that was given.
 * - `already`: the delivery is final; nothing was written.
 * - `superseded`: an attempt of this number was recorded before (by another worker, or by this very call, sent twice); the next is due then.
 * - `missing`: there is no delivery (any more).
 */
export type RecordReply = z.output<typeof replySchema>;

/** Writes down an attempt and what follows from it, in one step. Safe to repeat. */
export async function recordDeliveryAttempt(redis: Redis, { number, attempt, step, ...delivery }: AttemptToRecord): Promise<RecordReply> {
  return record(redis, delivery, number, JSON.stringify(attempt), step);
}

/** Gives up a delivery at which no (further) attempt can be made. Safe to repeat. */
export async function giveUpDelivery(
  redis: Redis,
  { reason, ...delivery }: Pick<AttemptToRecord, "tenant" | "id" | "retentionMs"> & { reason: FailureReason },
): Promise<RecordReply> {
  return record(redis, delivery, 0, "", { next: "failed", reason });
}

async function record(
  redis: Redis,
  { tenant, id, retentionMs }: Pick<AttemptToRecord, "tenant" | "id" | "retentionMs">,
  number: number,
  attemptJson: string,
  step: NextStep,
): Promise<RecordReply> {
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [keys.delivery(id), keys.deliveriesPending, keys.deliveries, keys.deliveriesFailed],
    [
      id,
      number,
      attemptJson,
      step.next === "retry" ? "pending" : step.next,
      step.next === "retry" ? step.nextAttemptAtMs : "",
      step.next === "failed" ? step.reason : "",
      Math.round(retentionMs),
      keys.delivery(""),
    ],
  );
  return replySchema.parse(replyTexts(reply));
}
