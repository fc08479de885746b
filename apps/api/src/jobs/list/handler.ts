import { listJobs } from "@sluice/shared/jobs/list-jobs";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { presentJob } from "../job-answer.ts";
import { writeCursor } from "./cursor.ts";
import { listJobsSchema } from "./schema.ts";

export const listJobsOperation = keyedOperation({
  ...listJobsSchema,
  async handle({ context, caller, query }) {
    const { status, batch_id: batchId, limit, after } = query;
    const { jobs, next } = await listJobs(context.redis, caller.tenant, { status, batchId, limit, after });
    const data = await Promise.all(jobs.map((job) => presentJob(context, job)));
    return jsonAnswer(200, { object: "list", data, has_more: next !== null, next: next === null ? null : writeCursor(next) });
  },
});
