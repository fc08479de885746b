import type { Redis } from "ioredis";
import { operatorKeyId } from "../access/authenticator.ts";
import { jobCostTokens } from "../fairness/job-cost.ts";
import type { LaneDirectory } from "../lanes/lane-directory.ts";
import { namedForMs } from "../lanes/lane-registry.ts";
import { enqueueJob } from "../lanes/lane-queue.ts";
import type { QueuedJob } from "../lanes/lane-queue.ts";
import { hasQuota } from "../quotas/key-quota.ts";
import type { QuotaKey, QuotaNotice } from "../quotas/key-quota.ts";
import { worstCaseNanoUsd } from "../quotas/worst-case-cost.ts";
import { deadlinesKey, tenantRegistryKey } from "../redis/keys.ts";
import { acceptJob, completeIdempotency } from "./accept-job.ts";
import type { AcceptReply, Idempotency } from "./accept-job.ts";
import { newJobId } from "./job-id.ts";
import type { JobRecord, JobSpec } from "./job-record.ts";
import type { MessageParams } from "./job-request.ts";
import { readJobRecord } from "./read-job.ts";
import { packBody } from "./stored-body.ts";
import type { Withdrawals } from "./withdrawals.ts";

export interface SubmitContext {
  redis: Redis;
  lanes: LaneDirectory;
  withdrawals: Withdrawals;
  /** Told when a key reaches a threshold of a monthly quota; it must not throw. */
  tellNotice?: (tenant: string, notice: QuotaNotice) => void;
}

export interface JobToSubmit {
  tenant: string;
  params: MessageParams;
  options: Omit<JobSpec, "model" | "lane" | "batchId" | "keyId">;
  /** The key it is handed in with; unset: the operator's, which has no quotas. */
  key?: QuotaKey | undefined;
  /** Of the accounts this one; else the one that starts it soonest. */
  account?: string | undefined;
  /** The tenant's share beside that of others; 1 unless said. */
  weight?: number | undefined;
  idempotency?: Idempotency | undefined;
}

type Share = Pick<QueuedJob, "weight" | "costTokens">;

export interface SubmittedJob {
  outcome: "accepted";
  record: JobRecord;
  /** Jobs of the lane that start before it, as seen at that moment. */
  jobsAhead: number;
}

export type SubmitReply =
  | SubmittedJob
  /** The first call with this idempotency key died before its answer, and what its job came to is no longer kept. */
  | { outcome: "forgotten" }
  | Extract<AcceptReply, { outcome: "replayed" | "mismatch" | "in_progress" | "quota_exceeded" }>;

/** Without quotas. */
const operator: QuotaKey = { id: operatorKeyId, limits: {} };

/** When this process named a tenant in the registry, per connection. */
const namedTenants = new WeakMap<Redis, Map<string, number>>();

/**
 * Takes a job in: record, then lane. When it resolves with `accepted`, Redis has the job on disk (P1). With an idempotency
 * key, {@link rememberAnswer} must follow.
 *
 * Rejects when Redis is away or full; the job is then withdrawn, as far as it got, as soon as Redis answers again.
 * With an idempotency key, repeating the call is safe whatever happened to the one before.
 */
export async function submitJob(
  context: SubmitContext,
  { tenant, params, options, key = operator, account, weight, idempotency }: JobToSubmit,
): Promise<SubmitReply> {
  const { redis, lanes } = context;
  const [lane, packed] = await Promise.all([lanes.laneOf(params.model, account), packBody(params), nameTenant(redis, tenant)]);
  const spec: JobSpec = { ...options, model: params.model, lane: lane.name, batchId: null, keyId: key.id };
  const id = newJobId();
  const share: Share = { weight, costTokens: jobCostTokens(params) };
  // Without a connection no command leaves, now or later: there is nothing to withdraw, however many callers try.
  const wasConnected = redis.status === "ready";
  try {
    if (idempotency === undefined && !hasQuota(key)) {
      // Sent together on one connection, so Redis sees the record before the BullMQ job, and after the same round trip.
      const [reply, jobsAhead] = await allDone([
        acceptJob(redis, { tenant, id, spec, params: packed }),
        enqueue(context, { tenant, id, spec, share }),
      ]);
      if (reply.outcome !== "accepted") throw new Error(`a job without an idempotency key was ${reply.outcome}`);
      return { outcome: "accepted", record: newRecord(tenant, id, spec, reply.createdAtMs), jobsAhead };
    }
    // Alone: what it is refused for must not be in its lane.
    const quota = hasQuota(key) ? { key, worstCaseNanoUsd: worstCaseOf(key, params) } : undefined;
    const reply = await acceptJob(redis, { tenant, id, spec, params: packed, idempotency, quota });
    if ("notice" in reply && reply.notice !== undefined) context.tellNotice?.(tenant, reply.notice);
    switch (reply.outcome) {
      case "accepted":
        return await enqueueRecorded(context, newRecord(tenant, id, spec, reply.createdAtMs), share);
      case "resumed":
        return await resume(context, tenant, reply.jobId, share);
      case "withdrawn":
        throw new Error("the acceptance was given up");
      default:
        return reply;
    }
  } catch (error) {
    // It may have come back between the two commands.
    if (wasConnected || redis.status === "ready") withdraw(context, { tenant, id, spec, idempotency });
    throw error;
  }
}

/**
 * Keeps the answer for repeats with the same idempotency key. To be called before answering.
 *
 * Rejects when Redis is away or full; the job is then withdrawn, as if {@link submitJob} had rejected.
 */
export async function rememberAnswer(context: SubmitContext, record: JobRecord, idempotency: Idempotency, body: string): Promise<void> {
  const { tenant, id, spec } = record;
  try {
    await completeIdempotency(context.redis, record, idempotency.keyHash, body);
  } catch (error) {
    withdraw(context, { tenant, id, spec, idempotency });
    throw error;
  }
}

/** Without a limit of money nobody asks. */
function worstCaseOf({ limits }: QuotaKey, params: MessageParams): number {
  return limits.usdPerMonth === undefined ? 0 : worstCaseNanoUsd(params);
}

function withdraw(
  { withdrawals }: SubmitContext,
  { tenant, id, spec, idempotency }: { tenant: string; id: string; spec: JobSpec; idempotency: Idempotency | undefined },
): void {
  withdrawals.add({ tenant, id, idempotencyKeyHash: idempotency?.keyHash, laneName: spec.lane });
}

/** Answers for a call that kept its job and died: the lane gets the job if it has not got it. */
async function resume(context: SubmitContext, tenant: string, id: string, share: Share): Promise<SubmitReply> {
  const record = await readJobRecord(context.redis, tenant, id);
  // A new job in its place would be the work done twice, which the key is there to prevent.
  if (record === undefined) return { outcome: "forgotten" };
  return record.status === "queued" ? await enqueueRecorded(context, record, share) : { outcome: "accepted", record, jobsAhead: 0 };
}

async function enqueueRecorded(context: SubmitContext, record: JobRecord, share: Share): Promise<SubmittedJob> {
  return { outcome: "accepted", record, jobsAhead: await enqueue(context, { ...record, share }) };
}

/** The record that {@link acceptJob} has written. */
function newRecord(tenant: string, id: string, spec: JobSpec, createdAtMs: number): JobRecord {
  return {
    tenant,
    id,
    spec,
    status: "queued",
    seq: 1,
    attempts: 0,
    failures: 0,
    createdAtMs,
    startedAtMs: null,
    finishedAtMs: null,
    history: `1,queued,${createdAtMs},0;`,
    deliveries: [],
  };
}

/** @returns how many jobs start before it */
async function enqueue(
  { redis, lanes }: SubmitContext,
  { tenant, id, spec, share }: { tenant: string; id: string; spec: JobSpec; share: Share },
): Promise<number> {
  const { lane, priority, maxAttempts, delayMs, expiresInMs } = spec;
  const [jobsAhead] = await allDone([
    enqueueJob(redis, lanes.queueOf(lane), { tenant, id, priority, maxAttempts, delayMs, ...share }),
    expiresInMs === null ? undefined : redis.zadd(deadlinesKey, Date.now() + expiresInMs, `${tenant}/${id}`),
  ]);
  return jobsAhead;
}

/** Enters a tenant into the registry. Safe to repeat; must be done before its first job or batch is accepted. */
export async function nameTenant(redis: Redis, tenant: string): Promise<void> {
  let named = namedTenants.get(redis);
  if (named === undefined) namedTenants.set(redis, (named = new Map()));
  if (Date.now() - (named.get(tenant) ?? 0) < namedForMs) return;
  await redis.sadd(tenantRegistryKey, tenant);
  named.set(tenant, Date.now());
}

/** `Promise.all` that waits for all to settle before it rejects, so that nothing is under way when the caller undoes it. */
async function allDone<Values extends readonly unknown[]>(promises: {
  [Index in keyof Values]: Promise<Values[Index]> | Values[Index];
}): Promise<Values> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
