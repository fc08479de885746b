import { isFinal } from "@sluice/shared/jobs/job-status";
import { jobViewSchema, toJobView } from "@sluice/shared/jobs/job-view";
import { readJob } from "@sluice/shared/jobs/read-job";
import { rememberAnswer, submitJob } from "@sluice/shared/jobs/submit-job";
import type { SubmittedJob } from "@sluice/shared/jobs/submit-job";
import { expectedPlace } from "@sluice/shared/lanes/queue-place";
import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import type { ApiContext } from "../../api-context.ts";
import { jsonAnswer } from "../../http/answer.ts";
import type { Answer } from "../../http/answer.ts";
import { idempotencyRefusal } from "../../http/idempotency-refusal.ts";
import { keyedOperation } from "../../http/operation.ts";
import type { KeyedCall } from "../../http/operation.ts";
import { quotaExceeded } from "../../access/quota-exceeded.ts";
import { waitUntilFinal } from "../../waiting/wait-until-final.ts";
import { readWait } from "../../waiting/wait-parameter.ts";
import type { Wait } from "../../waiting/wait-parameter.ts";
import { notBeforeMs, pollAfterSeconds, presentJob } from "../job-answer.ts";
import { idempotencyOf } from "./idempotency.ts";
import { jobOfRequest } from "./job-of-request.ts";
import { submitJobSchema } from "./schema.ts";

type SubmitCall = KeyedCall<typeof submitJobSchema.request>;

export const submitJobOperation = keyedOperation({
  ...submitJobSchema,
  async handle(call) {
    const { context, trace, caller, body, bodyBytes, headers } = call;
    const idempotency = idempotencyOf(headers["Idempotency-Key"], bodyBytes);
    const reply = await submitJob(context, jobOfRequest(caller, body, context, idempotency));
    switch (reply.outcome) {
      case "accepted": {
        trace.jobId = reply.record.id;
        const accepted = await acceptedJob(context, reply);
        if (idempotency !== undefined) await rememberAnswer(context, reply.record, idempotency, accepted.text);
        return await answerAccepted(call, accepted, {});
      }
      case "replayed": {
        const accepted = { text: reply.body, view: jobViewSchema.parse(JSON.parse(reply.body)) };
        trace.jobId = accepted.view.id;
        return await answerAccepted(call, accepted, { "Idempotent-Replayed": "true" });
      }
      case "quota_exceeded":
        throw quotaExceeded(reply.refusal);
      case "mismatch":
      case "in_progress":
      case "forgotten":
        throw idempotencyRefusal(reply.outcome);
    }
  },
});

async function acceptedJob(context: ApiContext, { record, jobsAhead }: SubmittedJob) {
  const place = expectedPlace({
    jobsAhead,
    outlook: await context.lanes.outlookOf(record.spec.lane),
    nowMs: record.createdAtMs,
    notBeforeMs: notBeforeMs(record),
  });
  const view = toJobView(record, null, place);
  return { view, text: JSON.stringify(view) };
}

async function answerAccepted(
  call: SubmitCall,
  { view, text }: Awaited<ReturnType<typeof acceptedJob>>,
  more: Record<string, string>,
): Promise<Answer> {
  const wait = readWait(call.query.wait, call.headers.Prefer);
  const headers = { Location: `/v1/jobs/${view.id}`, ...wait.headers, ...more };
  if (wait.waitMs > 0) {
    const finished = await finishedJob(call, view.id, wait);
    if (finished !== undefined) return jsonAnswer(200, finished, headers);
  }
  const retryAfter = String(pollAfterSeconds(view, Date.parse(view.created_at)));
  return { status: 202, headers: { ...headers, "Retry-After": retryAfter }, body: text };
}

/** The job, if it becomes final in time. It is accepted whatever happens here: without Redis the answer is the 202. */
async function finishedJob({ context, caller, whenGone }: SubmitCall, jobId: string, { waitMs }: Wait) {
  try {
    await waitUntilFinal(context, { tenant: caller.tenant, jobId, waitMs, whenGone });
    const job = await readJob(context.redis, caller.tenant, jobId);
    return job !== undefined && isFinal(job.record.status) ? await presentJob(context, job) : undefined;
  } catch (error) {
    if (redisUnavailability(error) === undefined) throw error;
    return undefined;
  }
}
