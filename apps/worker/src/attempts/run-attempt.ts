// One attempt at a job: from the BullMQ job a lane's worker was given to the record of what came of it.
//
// Moves   peeked → admitted → started → (one request to Claude) → finished | failed: final state, delivery on its way
//                                                               → retry: back to queued, an attempt used, BullMQ waits with it
//                                                               → rest: back to queued, nothing used, the whole lane waits
//         final, expired or unknown at the start: nothing is sent
//         not admitted by the budgets or the account's month: the job never left queued, the whole lane waits
// Invariants
//   I1 The request leaves only after the lane's budgets were reserved for it, the account's month has counted it, and the
//      record names this attempt as the job's owner.
//   I2 The record is written before BullMQ is told. Dying in between, the job is still in BullMQ's hands and the next
//      worker finds what was done.
//   I3 A job that went on without this attempt (canceled, stalled and taken over) is not touched: every write says whose it is.
import { randomUUID } from "node:crypto";
import { endJob } from "@sluice/shared/jobs/end-job";
import type { EndContext } from "@sluice/shared/jobs/end-job";
import type { JobSpec } from "@sluice/shared/jobs/job-record";
import type { MessageParams } from "@sluice/shared/jobs/job-request";
import { errorResult } from "@sluice/shared/jobs/job-result";
import { peekJob } from "@sluice/shared/jobs/peek-job";
import { returnAttempt } from "@sluice/shared/jobs/return-attempt";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import type { Attempt } from "@sluice/shared/jobs/start-attempt";
import { restLane } from "@sluice/shared/lanes/rest-lane";
import type { Logger } from "@sluice/shared/logging/logger";
import { costOf } from "@sluice/shared/pricing/cost-of";
import type { AccountMonth, MonthReply } from "../admission/account-month.ts";
import type { AccountNotices } from "../notices/account-notices.ts";
import type { LaneAdmission, NotAdmitted, Permit } from "../admission/lane-admission.ts";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import type { ClaudeClient } from "../provider/claude-client.ts";
import { backoffMs } from "./backoff.ts";
import { classifyAnswer } from "./classify-answer.ts";
import { onceRedisTakesIt } from "./once-redis-takes-it.ts";
import type { Outcome } from "./outcome.ts";

export interface AttemptContext extends EndContext {
  admission: Pick<LaneAdmission, "admit">;
  month: Pick<AccountMonth, "take" | "giveBack" | "add">;
  claude: ClaudeClient;
  notices: Pick<AccountNotices, "laneRests">;
  log: Logger;
  retentionMs: number;
  random?: () => number;
}

export interface AttemptJob {
  tenant: string;
  jobId: string;
  laneName: string;
  /** When the job was put into its lane. */
  enqueuedAtMs: number;
}

/** What BullMQ is to do with the job now. */
export type NextStep =
  | { step: "done" }
  /** Uses up a BullMQ attempt. */
  | { step: "retry"; afterMs: number }
  /** Back to the head of the lane. */
  | { step: "return"; because: "rest" | "stopping" }
  /** The record was not there yet. */
  | { step: "look_again"; afterMs: number };

/** A job that lost this many workers in the middle of an attempt is likely to be what kills them. */
const lostAttemptsMax = 4;

/** A BullMQ job without a record after this long belongs to a submission that was undone. */
const recordDueMs = 30_000;

/** An attempt that was admitted and is under way. */
interface UnderWay extends Attempt {
  laneName: string;
  spec: JobSpec;
  params: MessageParams;
  permit: Permit;
  /** When it was counted in the account's month. */
  takenAtMs: number;
  number: number;
  failures: number;
}

/**
 * @param signal aborted with the reason `"stopping"` when the process wants to end, with any other when the job went on without us
 */
export async function runAttempt(context: AttemptContext, job: AttemptJob, signal: AbortSignal): Promise<NextStep> {
  const { tenant, jobId, laneName } = job;
  const peeked = await peekJob(context.redis, tenant, jobId);
  if (peeked.outcome !== "waiting") return await leave(context, job, peeked.outcome);

  const { spec, params } = peeked;
  const attempt: Attempt = { tenant, jobId, attemptId: randomUUID(), batchId: spec.batchId };
  const permit = await context.admission.admit({ attemptId: attempt.attemptId, tenant, params, timeoutMs: spec.timeoutMs }, signal);
  if (!permit.admitted) return await putBack(context, job, permit, signal);

  const takenAtMs = Date.now();
  const month = await context.month.take(takenAtMs);
  if (!month.taken) {
    await permit.release();
    return await putBack(context, job, month, signal);
  }

  const started = await startAttempt(context.redis, attempt);
  if (started.outcome !== "started") {
    await Promise.all([permit.release(), context.month.giveBack(takenAtMs)]);
    return await leave(context, job, started.outcome);
  }
  const { number, failures } = started;
  const underWay: UnderWay = { ...attempt, laneName, spec, params, permit, takenAtMs, number, failures };
  if (number - 1 - failures >= lostAttemptsMax) {
    await Promise.all([permit.release(), context.month.giveBack(takenAtMs)]);
    const result = errorResult("api_error", `The worker process died or froze during ${lostAttemptsMax} attempts at this job.`);
    await finish(context, underWay, { word: "failed", cause: "workers_lost", result }, undefined, 0);
    return { step: "done" };
  }
  return await callClaude(context, underWay, signal);
}

/** There is nothing to send for this job. */
async function leave(
  context: AttemptContext,
  { tenant, jobId, enqueuedAtMs }: AttemptJob,
  because: "final" | "expired" | "missing",
): Promise<NextStep> {
  switch (because) {
    case "missing":
      return lookAgain(Date.now() - enqueuedAtMs);
    case "final":
      // Its worker may have died before it sent the event on its way.
      await context.announce(tenant, jobId).catch(() => {});
      return { step: "done" };
    case "expired":
      await endJob(context, { tenant, id: jobId, result: { type: "expired" }, onlyIfNotStarted: true, retentionMs: context.retentionMs });
      return { step: "done" };
  }
}

/** Each look takes a start of the lane's rate, so the next is after as long again as the job has waited: 0.5 s, 1 s, 2 s, … */
function lookAgain(waitedMs: number): NextStep {
  return waitedMs < recordDueMs ? { step: "look_again", afterMs: Math.max(500, waitedMs) } : { step: "done" };
}

const reasonOf = {
  requests: "requests",
  inputTokens: "input_tokens",
  outputTokens: "output_tokens",
  producedTokens: "output_tokens",
  answeredTokens: "output_tokens",
  monthly_requests: "monthly_requests",
  spend: "spend",
} as const;

/** The lane has no room for this job for longer than a slot should be held: everything waits until there is. */
async function putBack(
  context: AttemptContext,
  { tenant, jobId, laneName }: AttemptJob,
  { limitedBy, restMs }: NotAdmitted | Extract<MonthReply, { taken: false }>,
  signal: AbortSignal,
): Promise<NextStep> {
  if (limitedBy === "aborted")
    return signal.aborted && signal.reason !== "stopping" ? { step: "done" } : { step: "return", because: "stopping" };
  // A lane that rests already keeps its rest and its reason.
  if (limitedBy !== "rest") await restLane(context.redis, laneName, restMs, reasonOf[limitedBy]);
  context.log.info({ event: "job.put_back", jobId, tenant, lane: laneName, limitedBy, restMs });
  return { step: "return", because: "rest" };
}

async function callClaude(context: AttemptContext, attempt: UnderWay, signal: AbortSignal): Promise<NextStep> {
  const sentAtMs = Date.now();
  const { timeoutMs } = attempt.spec;
  const answer = await context.claude.send(attempt.params, { timeoutMs, signal, ...attempt.permit.follow() });
  const durationMs = Date.now() - sentAtMs;
  // Not the job's concern: what is not settled is given back when its lease ends.
  const settled = Promise.all([attempt.permit.settle(answer), countInMonth(context, attempt, answer)]).catch((error: unknown) => {
    context.log.warn({ event: "budget.not_settled", jobId: attempt.jobId, lane: attempt.laneName, error });
  });
  if (answer.kind === "aborted") {
    const stopping = signal.reason === "stopping";
    await Promise.all([settled, stopping && putBackRecord(context, attempt, "rest")]);
    logAttempt(context, attempt, { outcome: "aborted", next: stopping ? "queued" : "final already", durationMs });
    return stopping ? { step: "return", because: "stopping" } : { step: "done" };
  }

  const outcome = exhaust(classifyAnswer(answer, Date.now()), attempt);
  const answered = { durationMs, ...answerIds(answer) };
  switch (outcome.word) {
    case "finished":
    case "failed":
      await Promise.all([settled, finish(context, attempt, outcome, answer, durationMs)]);
      return { step: "done" };
    case "retry": {
      const afterMs = backoffMs(attempt.failures + 1, outcome.afterMs, (context.random ?? Math.random)());
      const [, returned] = await Promise.all([settled, putBackRecord(context, attempt, "retry")]);
      logAttempt(context, attempt, { outcome: "retry", cause: outcome.cause, next: `queued, again in ${afterMs} ms`, ...answered });
      return returned ? { step: "retry", afterMs } : { step: "done" };
    }
    case "rest": {
      // The rest before the return, else other slots go on fetching (I2 holds: nothing is told to BullMQ yet).
      const [restMs] = await Promise.all([restLane(context.redis, attempt.laneName, outcome.restMs, outcome.reason), settled]);
      const isLimited = answer.kind === "error" && isRateLimit(answer);
      const returned = await putBackRecord(context, attempt, "rest", isLimited ? "rate_limited" : undefined);
      context.notices.laneRests(attempt.laneName, outcome.reason, Date.now());
      const needsPerson = outcome.reason !== "upstream";
      logAttempt(context, attempt, { outcome: "rest", cause: outcome.reason, next: `lane rests ${restMs} ms`, ...answered }, needsPerson);
      return returned ? { step: "return", because: "rest" } : { step: "done" };
    }
  }
}

/** The record says what the attempt used up, also when Redis has no room for it at the moment. */
async function putBackRecord(
  context: AttemptContext,
  attempt: UnderWay,
  kind: "retry" | "rest",
  because?: "rate_limited",
): Promise<boolean> {
  return await onceRedisTakesIt(
    () => returnAttempt(context.redis, attempt, kind, because),
    (error) => context.log.warn({ event: "job.return_waits", jobId: attempt.jobId, lane: attempt.laneName, error }),
  );
}

/** Whatever the 429 was for: a limit, or a cap on spending. */
function isRateLimit({ status, type }: Extract<ClaudeAnswer, { kind: "error" }>): boolean {
  return status === 429 || type === "rate_limit_error";
}

async function countInMonth({ month }: AttemptContext, { spec, takenAtMs }: UnderWay, answer: ClaudeAnswer): Promise<void> {
  // An answer that speaks of the account (a limit, its key, its payment) has served nobody. A lane that waits for a person asks
  // again and again: counted, that would use up the month.
  if (answer.kind === "error" && classifyAnswer(answer, Date.now()).word === "rest") await month.giveBack(takenAtMs);
  if (answer.kind === "message") await month.add(costOf(spec.model, answer.message.usage) ?? 0, takenAtMs);
}

/** A retry that the job has no attempts left for is a failure with the same result. */
function exhaust(outcome: Outcome, { failures, spec }: UnderWay): Outcome {
  if (outcome.word !== "retry" || failures + 1 < spec.maxAttempts) return outcome;
  return { word: "failed", cause: outcome.cause, result: outcome.result };
}

async function finish(
  context: AttemptContext,
  attempt: UnderWay,
  outcome: Extract<Outcome, { word: "finished" | "failed" }>,
  answer: ClaudeAnswer | undefined,
  durationMs: number,
): Promise<void> {
  const { tenant, jobId, attemptId, spec } = attempt;
  const usage = answer?.kind === "message" ? answer.message.usage : undefined;
  const final = {
    tenant,
    id: jobId,
    attemptId,
    retentionMs: context.retentionMs,
    result: outcome.result,
    usage,
    costUsd: usage === undefined ? undefined : costOf(spec.model, usage),
  };
  // The answer is paid for: it is not given up because Redis is full.
  const reply = await onceRedisTakesIt(
    () => endJob(context, final),
    (error) => context.log.warn({ event: "job.result_waits", jobId, tenant, lane: attempt.laneName, error }),
  );
  logAttempt(context, attempt, {
    outcome: outcome.word,
    ...(outcome.word === "failed" && { cause: outcome.cause }),
    next: reply.outcome === "finished" ? "final" : `refused: ${reply.outcome}`,
    durationMs,
    ...(answer && answerIds(answer)),
    ...(usage && { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens }),
  });
}

function answerIds(answer: ClaudeAnswer): { status?: number | undefined; upstreamRequestId?: string } {
  if (answer.kind !== "message" && answer.kind !== "error") return {};
  const requestId = answer.headers?.get("request-id") ?? "";
  // Anything else is no id, and may be anything.
  const isId = /^[\w-]{1,64}$/.test(requestId);
  return { status: answer.kind === "message" ? 200 : answer.status, ...(isId && { upstreamRequestId: requestId }) };
}

function logAttempt({ log }: AttemptContext, attempt: UnderWay, fields: Record<string, unknown>, needsPerson = false): void {
  const { jobId, tenant, laneName, spec, number, permit } = attempt;
  const line = {
    event: "job.attempted",
    jobId,
    tenant,
    lane: laneName,
    model: spec.model,
    attempt: number,
    attemptsMax: spec.maxAttempts,
    waitedMs: permit.waitedMs,
    estimated: permit.estimated,
    ...fields,
  };
  if (needsPerson) log.error(line);
  else log.info(line);
}
