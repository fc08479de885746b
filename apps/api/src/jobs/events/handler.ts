import { isJobId } from "@sluice/shared/jobs/job-id";
import { isFinal } from "@sluice/shared/jobs/job-status";
import { readJobRecord } from "@sluice/shared/jobs/read-job";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { eventStreamHeaders } from "../../http/event-stream.ts";
import { keyedOperation } from "../../http/operation.ts";
import { unavailable } from "../../problems/problem-of-error.ts";
import { noSuchJob } from "../job-answer.ts";
import { jobEventsSchema } from "./schema.ts";
import { streamJobEvents } from "./stream-job-events.ts";

export const jobEventsOperation = keyedOperation({
  ...jobEventsSchema,
  async handle({ context, trace, caller, params, headers, isHead, whenGone }) {
    if (!isJobId(params.id)) throw noSuchJob();
    trace.jobId = params.id;
    const afterSeq = headers["Last-Event-ID"] ?? 0;
    const record = await readJobRecord(context.redis, caller.tenant, params.id);
    if (record === undefined) throw noSuchJob();
    if (isFinal(record.status) && afterSeq >= record.seq) return { status: 204 };
    if (isHead) return { status: 200, headers: eventStreamHeaders };

    const watch = await context.signals.watch(tenantKeys(caller.tenant).jobChannel(params.id));
    if (watch === undefined) throw unavailable("This process takes no more streams at this moment.");
    whenGone(() => watch.end());
    return {
      status: 200,
      headers: eventStreamHeaders,
      stream: (response) => streamJobEvents({ context, response, watch, tenant: caller.tenant, jobId: params.id, afterSeq }),
    };
  },
});
