import { cancelJob } from "@sluice/shared/jobs/cancel-job";
import { isJobId } from "@sluice/shared/jobs/job-id";
import { readJob } from "@sluice/shared/jobs/read-job";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { Problem } from "../../problems/problem.ts";
import { noSuchJob, presentJob } from "../job-answer.ts";
import { cancelJobSchema } from "./schema.ts";

export const cancelJobOperation = keyedOperation({
  ...cancelJobSchema,
  async handle({ context, trace, caller, params: { id } }) {
    if (!isJobId(id)) throw noSuchJob();
    trace.jobId = id;
    const reply = await cancelJob({ ...context, retentionMs: context.settings.retentionMs }, caller.tenant, id);
    switch (reply.outcome) {
      case "canceled": {
        const job = await readJob(context.redis, caller.tenant, id);
        if (job === undefined) throw noSuchJob();
        return jsonAnswer(200, await presentJob(context, job));
      }
      case "final":
        throw Problem.of("conflict", { detail: `The job is final already: ${reply.status}.` });
      case "missing":
        throw noSuchJob();
    }
  },
});
