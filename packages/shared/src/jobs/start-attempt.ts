import type { Redis } from "ioredis";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { jobSpecSchema } from "./job-record.ts";
import type { JobSpec } from "./job-record.ts";
import { finalStatuses } from "./job-status.ts";
import type { FinalStatus } from "./job-status.ts";
import { messageParamsSchema } from "./job-request.ts";
import type { MessageParams } from "./job-request.ts";
import { unpackBody } from "./stored-body.ts";

const script = new Script(new URL("start-attempt.lua", import.meta.url));

export interface Attempt {
  tenant: string;
  jobId: string;
  /** Identity of this attempt; only its owner can return the job. */
  attemptId: string;
}

export interface StartedAttempt {
  outcome: "started";
  /** This attempt's number, from 1. */
  number: number;
  /** Earlier attempts that used up one of `spec.maxAttempts`. */
  failures: number;
  spec: JobSpec;
  params: MessageParams;
}

export type StartReply = StartedAttempt | { outcome: "final"; status: FinalStatus } | { outcome: "expired" | "missing" };

const text = z.instanceof(Buffer).transform(String);
const replySchema = z.union([
  z.tuple([text.pipe(z.literal("started")), z.number(), z.number(), text, z.instanceof(Buffer)]),
  z.tuple([text.pipe(z.literal("final")), text.pipe(z.enum(finalStatuses))]),
  z.tuple([text.pipe(z.enum(["expired", "missing"]))]),
]);

/**
 * Makes `attemptId` the owner of the job, state `running`. A job that was running already (its worker died or stalled)
 * changes hands. Safe to repeat for the same attempt. After a crash the job stays `running` until BullMQ's stalled check gives it to another worker.
 */
export async function startAttempt(redis: Redis, { tenant, jobId, attemptId }: Attempt): Promise<StartReply> {
  const keys = tenantKeys(tenant);
  const reply = replySchema.parse(
    await script.run(
      redis,
      [keys.job(jobId), keys.jobParams(jobId), keys.jobsOf("queued"), keys.jobsOf("running"), keys.jobChannel(jobId)],
      [jobId, attemptId],
    ),
  );
  switch (reply[0]) {
    case "started": {
      const [outcome, number, failures, spec, params] = reply;
      return {
        outcome,
        number,
        failures,
        spec: jobSpecSchema.parse(JSON.parse(spec)),
        params: messageParamsSchema.parse(await unpackBody(params)),
      };
    }
    case "final":
      return { outcome: "final", status: reply[1] };
    default:
      return { outcome: reply[0] };
  }
}
