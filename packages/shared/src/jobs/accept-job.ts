import type { Redis } from "ioredis";
import { z } from "zod";
import { currentMonth, keyQuotaPart, noticeOrNone, parseRefusal, quotaArgument, quotaLimits, takenQuota } from "../quotas/key-quota.ts";
import type { QuotaKey, QuotaNotice, QuotaRefusal } from "../quotas/key-quota.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import type { JobSpec } from "./job-record.ts";

const script = new Script(new URL("accept-job.lua", import.meta.url), [keyQuotaPart]);
const rememberScript = new Script(new URL("remember-answer.lua", import.meta.url));

/** A call that holds an idempotency key and has not answered after this long is taken for dead. */
export const idempotencyLeaseMs = 60_000;
/** `api-contract.md`: an idempotency key is kept for 24 h. */
export const idempotencyKeptMs = 24 * 3_600_000;

export interface Idempotency {
  /** Hash of the client's key. */
  keyHash: string;
  /** Hash of the request it came with. */
  fingerprint: string;
}

export interface JobToAccept {
  tenant: string;
  id: string;
  spec: JobSpec;
  /** The request's body as {@link packBody} made it. */
  params: Buffer;
  idempotency?: Idempotency | undefined;
  /** Of a key with quotas: what the job may cost at most is taken from them. */
  quota?: { key: QuotaKey; worstCaseNanoUsd: number } | undefined;
}

export type AcceptReply =
  | { outcome: "accepted"; createdAtMs: number; notice?: QuotaNotice | undefined }
  /** The key's quotas have no room for it. */
  | { outcome: "quota_exceeded"; refusal: QuotaRefusal; notice?: QuotaNotice | undefined }
  /** An earlier call with this key was answered with `body`. */
  | { outcome: "replayed"; body: string }
  /** An earlier call with this key kept the job and died before its answer. */
  | { outcome: "resumed"; jobId: string }
  | { outcome: "mismatch" }
  | { outcome: "in_progress" }
  /** The caller gave up before the command arrived; nobody waits for this reply. */
  | { outcome: "withdrawn" };

const replySchema = z.union([
  z
    .tuple([z.literal("accepted"), z.number(), noticeOrNone])
    .transform(([outcome, createdAtMs, notice]) => ({ outcome, createdAtMs, notice })),
  z.tuple([z.literal("quota"), z.enum(quotaLimits), z.number(), noticeOrNone]).transform(([, limit, isHeld, notice]) => ({
    outcome: "quota_exceeded" as const,
    refusal: parseRefusal(limit, isHeld === 1, Date.now()),
    notice,
  })),
  z.tuple([z.literal("replayed"), z.string()]).transform(([outcome, body]) => ({ outcome, body })),
  z.tuple([z.literal("resumed"), z.string()]).transform(([outcome, jobId]) => ({ outcome, jobId })),
  z.tuple([z.enum(["mismatch", "in_progress", "withdrawn"])]).transform(([outcome]) => ({ outcome })),
]);

/**
 * Keeps a job in Redis, state `queued`, all or nothing. It is not in its lane yet: {@link enqueueJob} follows.
 * Dying in between leaves a queued job that the orphan sweep of the worker puts into its lane.
 */
export async function acceptJob(redis: Redis, { tenant, id, spec, params, idempotency, quota }: JobToAccept): Promise<AcceptReply> {
  const take = { count: 1, worstCaseNanoUsd: quota?.worstCaseNanoUsd ?? 0, month: currentMonth(Date.now()) };
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [
      keys.job(id),
      keys.jobParams(id),
      keys.jobs,
      keys.jobsOf("queued"),
      keys.idempotency(idempotency?.keyHash ?? "none"),
      keys.jobWithdrawn(id),
    ],
    [
      id,
      JSON.stringify(spec),
      params,
      spec.expiresInMs ?? 0,
      idempotency?.fingerprint ?? "",
      idempotencyLeaseMs,
      idempotencyKeptMs,
      quotaArgument(tenant, quota?.key, take),
      takenQuota(quota?.key, take) ?? "",
    ],
  );
  return replySchema.parse(replyTexts(reply));
}

/**
 * Remembers the answer of the first call, so that a repeat gets the same one. Safe to repeat. Arriving after the job was
 * withdrawn, it leaves nothing: the key is free again by then, and may be another job's.
 */
export async function completeIdempotency(
  redis: Redis,
  { tenant, id }: { tenant: string; id: string },
  keyHash: string,
  body: string,
): Promise<void> {
  await rememberScript.run(redis, [tenantKeys(tenant).idempotency(keyHash)], [id, body]);
}
