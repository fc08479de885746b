import { tenantKeys } from "@sluice/shared/redis/keys";
import { eventStreamHeaders } from "../../http/event-stream.ts";
import { keyedOperation } from "../../http/operation.ts";
import { unavailable } from "../../problems/problem-of-error.ts";
import { findBatch } from "../batch-answer.ts";
import { batchEventsSchema } from "./schema.ts";
import { streamBatchEvents } from "./stream-batch-events.ts";

export const batchEventsOperation = keyedOperation({
  ...batchEventsSchema,
  async handle({ context, trace, caller: { tenant }, params, headers, isHead, whenGone }) {
    const { id, status, seq } = await findBatch(context, tenant, params.id);
    trace.batchId = id;
    const afterSeq = headers["Last-Event-ID"] ?? 0;
    if (status === "ended" && afterSeq >= seq) return { status: 204 };
    if (isHead) return { status: 200, headers: eventStreamHeaders };

    const watch = await context.signals.watch(tenantKeys(tenant).batch(id));
    if (watch === undefined) throw unavailable("This process takes no more streams at this moment.");
    whenGone(() => watch.end());
    return {
      status: 200,
      headers: eventStreamHeaders,
      stream: (response) => streamBatchEvents({ context, response, watch, tenant, batchId: id, afterSeq }),
    };
  },
});
