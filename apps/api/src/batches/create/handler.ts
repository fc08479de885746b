import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import type { BatchView } from "@sluice/shared/batches/batch-view";
import { quotaExceeded } from "../../access/quota-exceeded.ts";
import type { Answer } from "../../http/answer.ts";
import { idempotencyRefusal } from "../../http/idempotency-refusal.ts";
import { keyedOperation } from "../../http/operation.ts";
import { Problem } from "../../problems/problem.ts";
import { unavailable } from "../../problems/problem-of-error.ts";
import { presentBatch } from "../batch-answer.ts";
import { createBatchSchema } from "./schema.ts";
import { rememberBatchAnswer, submitBatch } from "./submit-batch.ts";

const pollAfterSecondsMax = 60;

export const createBatchOperation = keyedOperation({
  ...createBatchSchema,
  async handle(call) {
    const { context, trace } = call;
    const reply = await submitBatch(call);
    switch (reply.outcome) {
      case "accepted": {
        const { commit, batch } = reply;
        trace.batchId = batch.id;
        const view = await presentBatch(context, batch);
        const text = JSON.stringify(view);
        await rememberBatchAnswer(context, commit, text);
        return answerOf(view, text, {});
      }
      case "replayed": {
        const view = batchViewSchema.parse(JSON.parse(reply.body));
        trace.batchId = view.id;
        return answerOf(view, reply.body, { "Idempotent-Replayed": "true" });
      }
      case "quota_exceeded":
        throw quotaExceeded(reply.refusal);
      case "mismatch":
      case "in_progress":
      case "forgotten":
        throw idempotencyRefusal(reply.outcome);
      case "withdrawn":
        throw unavailable("The call was given up.");
      case "incomplete":
        throw Problem.of("invalid_request", { status: 408, detail: "The body took too long. Nothing was accepted." });
    }
  },
});

function answerOf(view: BatchView, text: string, more: Record<string, string>): Answer {
  const endsInMs = view.estimated_end_at === null ? 0 : Date.parse(view.estimated_end_at) - Date.parse(view.created_at);
  const retryAfter = Math.min(Math.max(1, Math.ceil(endsInMs / 1_000)), pollAfterSecondsMax);
  return { status: 202, headers: { Location: `/v1/batches/${view.id}`, "Retry-After": String(retryAfter), ...more }, body: text };
}
