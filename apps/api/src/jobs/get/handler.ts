import { isJobId } from "@sluice/shared/jobs/job-id";
import { isFinal } from "@sluice/shared/jobs/job-status";
import { readJob } from "@sluice/shared/jobs/read-job";
import { entityTag, matchesEntityTag } from "../../http/entity-tag.ts";
import { keyedOperation } from "../../http/operation.ts";
import { readWait } from "../../waiting/wait-parameter.ts";
import { waitUntilFinal } from "../../waiting/wait-until-final.ts";
import { noSuchJob, pollAfterSeconds, presentJob } from "../job-answer.ts";
import { getJobSchema } from "./schema.ts";

/** A cache on the way may not give the answer to the holder of another key. */
const vary = "Authorization, X-Api-Key";

export const getJobOperation = keyedOperation({
  ...getJobSchema,
  async handle({ context, trace, caller, params, query, headers, whenGone }) {
    if (!isJobId(params.id)) throw noSuchJob();
    trace.jobId = params.id;
    const wait = readWait(query.wait, headers.Prefer);
    if (wait.waitMs > 0) await waitUntilFinal(context, { tenant: caller.tenant, jobId: params.id, waitMs: wait.waitMs, whenGone });

    const job = await readJob(context.redis, caller.tenant, params.id);
    if (job === undefined) throw noSuchJob();
    const view = await presentJob(context, job);
    const body = JSON.stringify(view);
    if (!isFinal(view.status)) {
      return { status: 200, headers: { ...wait.headers, Vary: vary, "Retry-After": String(pollAfterSeconds(view, Date.now())) }, body };
    }
    // It never changes, but whoever keeps it must ask each time: a key can be revoked.
    const etag = entityTag(body);
    const finalHeaders = { ...wait.headers, Vary: vary, ETag: etag, "Cache-Control": "private, no-cache" };
    if (matchesEntityTag(headers["If-None-Match"], etag)) return { status: 304, headers: finalHeaders };
    return { status: 200, headers: finalHeaders, body };
  },
});
