// One attempt at a job: from the BullMQ job a lane's worker was given to the record of what came of it.
//
// Moves   started → (one request to Claude) → finished | failed: final state, delivery on its way
//                                           → retry: back to queued, an attempt used, BullMQ waits with it
//                                           → rest: back to queued, nothing used, the whole lane waits
//         final, expired or unknown at the start: nothing is sent
// Invariants
//   I1 The request leaves only after the record names this attempt as the job's owner.
//   I2 The record is written before BullMQ is told. Dying in between, the job is still in BullMQ's hands and the next
//      worker finds what was done.
//   I3 A job that went on without this attempt (canceled, stalled and taken over) is not touched: every write says whose it is.
import { randomUUID } from "node:crypto";
import { endJob } from "@sluice/shared/jobs/end-job";
import type { EndContext } from "@sluice/shared/jobs/end-job";
import { errorResult } from "@sluice/shared/jobs/job-result";
import { returnAttempt } from "@sluice/shared/jobs/return-attempt";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import type { Attempt, StartedAttempt } from "@sluice/shared/jobs/start-attempt";
import { restLane } from "@sluice/shared/lanes/rest-lane";
import type { Logger } from "@sluice/shared/logging/logger";
import { costOf } from "@sluice/shared/pricing/cost-of";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import type { ClaudeClient } from "../provider/claude-client.ts";
import { backoffMs } from "./backoff.ts";
import { classifyAnswer } from "./classify-answer.ts";
import type { Outcome } from "./outcome.ts";

export interface AttemptContext extends EndContext {
  claude: ClaudeClient;
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

/**
 * @param signal aborted with the reason `"stopping"` when the process wants to end, with any other when the job went on without us
 */
export async function runAttempt(context: AttemptContext, job: AttemptJob, signal: AbortSignal): Promise<NextStep> {
  const attempt: Attempt = { tenant: job.tenant, jobId: job.jobId, attemptId: randomUUID() };
  const started = await startAttempt(context.redis, attempt);
  switch (started.outcome) {
    case "missing":
      return Date.now() - job.enqueuedAtMs < recordDueMs ? { step: "look_again", afterMs: 500 } : { step: "done" };
    case "final":
      // Its worker may have died before it sent the event on its way.
      await context.announce(job.tenant, job.jobId).catch(() => {});
      return { step: "done" };
    case "expired":
      await endJob(context, {
        tenant: job.tenant,
        id: job.jobId,
        result: { type: "expired" },
        onlyIfNotStarted: true,
        retentionMs: context.retentionMs,
      });
      return { step: "done" };
    case "started":
      break;
  }
  if (started.number - 1 - started.failures >= lostAttemptsMax) {
    const result = errorResult("api_error", `The worker process died or froze during ${lostAttemptsMax} attempts at this job.`);
    await finish(context, job, attempt, started, { word: "failed", cause: "workers_lost", result }, undefined, 0);
    return { step: "done" };
  }
  return await callClaude(context, job, attempt, started, signal);
}

async function callClaude(
  context: AttemptContext,
  job: AttemptJob,
  attempt: Attempt,
  started: StartedAttempt,
  signal: AbortSignal,
): Promise<NextStep> {
  const sentAtMs = Date.now();
  const answer = await context.claude.send(started.params, { timeoutMs: started.spec.timeoutMs, signal });
  const durationMs = Date.now() - sentAtMs;
  if (answer.kind === "aborted") {
    const stopping = signal.reason === "stopping";
    if (stopping) await returnAttempt(context.redis, attempt, "rest");
    logAttempt(context, job, started, { outcome: "aborted", next: stopping ? "queued" : "final already", durationMs });
    return stopping ? { step: "return", because: "stopping" } : { step: "done" };
  }

  const outcome = exhaust(classifyAnswer(answer, Date.now()), started);
  switch (outcome.word) {
    case "finished":
    case "failed":
      await finish(context, job, attempt, started, outcome, answer, durationMs);
      return { step: "done" };
    case "retry": {
      const afterMs = backoffMs(started.failures + 1, outcome.afterMs, (context.random ?? Math.random)());
      const returned = await returnAttempt(context.redis, attempt, "retry");
      logAttempt(context, job, started, {
        outcome: "retry",
        cause: outcome.cause,
        next: `queued, again in ${afterMs} ms`,
        durationMs,
        ...answerIds(answer),
      });
      return returned ? { step: "retry", afterMs } : { step: "done" };
    }
    case "rest": {
      // The rest before the return, else other slots go on fetching (I2 holds: nothing is told to BullMQ yet).
      const restMs = await restLane(context.redis, job.laneName, outcome.restMs);
      const returned = await returnAttempt(context.redis, attempt, "rest");
      const needsPerson = outcome.reason !== "upstream";
      logAttempt(
        context,
        job,
        started,
        { outcome: "rest", cause: outcome.reason, next: `lane rests ${restMs} ms`, durationMs, ...answerIds(answer) },
        needsPerson,
      );
      return returned ? { step: "return", because: "rest" } : { step: "done" };
    }
  }
}

/** A retry that the job has no attempts left for is a failure with the same result. */
function exhaust(outcome: Outcome, { failures, spec }: StartedAttempt): Outcome {
  if (outcome.word !== "retry" || failures + 1 < spec.maxAttempts) return outcome;
  return { word: "failed", cause: outcome.cause, result: outcome.result };
}

async function finish(
  context: AttemptContext,
  job: AttemptJob,
  attempt: Attempt,
  started: StartedAttempt,
  outcome: Extract<Outcome, { word: "finished" | "failed" }>,
  answer: ClaudeAnswer | undefined,
  durationMs: number,
): Promise<void> {
  const usage = answer?.kind === "message" ? answer.message.usage : undefined;
  const reply = await endJob(context, {
    tenant: job.tenant,
    id: job.jobId,
    retentionMs: context.retentionMs,
    result: outcome.result,
    usage,
    costUsd: usage === undefined ? undefined : costOf(started.spec.model, usage),
    attemptId: attempt.attemptId,
  });
  logAttempt(context, job, started, {
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
  const requestId = answer.headers?.get("request-id");
  return { status: answer.kind === "message" ? 200 : answer.status, ...(requestId && { upstreamRequestId: requestId }) };
}

function logAttempt(
  { log }: AttemptContext,
  job: AttemptJob,
  started: StartedAttempt,
  fields: Record<string, unknown>,
  needsPerson = false,
): void {
  const line = {
    event: "job.attempted",
    jobId: job.jobId,
    tenant: job.tenant,
    lane: job.laneName,
    model: started.spec.model,
    attempt: started.number,
    attemptsMax: started.spec.maxAttempts,
    ...fields,
  };
  if (needsPerson) log.error(line);
  else log.info(line);
}
