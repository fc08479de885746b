// What a client of the API does, by the same verbs as the API, without HTTP in between.
import { loadAccounts } from "@sluice/shared/accounts/load-accounts";
import { once } from "node:events";
import { acceptJob } from "@sluice/shared/jobs/accept-job";
import { cancelJob } from "@sluice/shared/jobs/cancel-job";
import type { CancelReply } from "@sluice/shared/jobs/cancel-job";
import { newJobId } from "@sluice/shared/jobs/job-id";
import { jobStates } from "@sluice/shared/jobs/job-record";
import type { JobSpec } from "@sluice/shared/jobs/job-record";
import type { JobResult } from "@sluice/shared/jobs/job-result";
import { isFinal } from "@sluice/shared/jobs/job-status";
import type { JobStatus } from "@sluice/shared/jobs/job-status";
import { readJob } from "@sluice/shared/jobs/read-job";
import { packBody } from "@sluice/shared/jobs/stored-body";
import { submitJob } from "@sluice/shared/jobs/submit-job";
import { Withdrawals } from "@sluice/shared/jobs/withdrawals";
import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import type { LaneQueue } from "@sluice/shared/lanes/lane-queue";
import { connectForApi } from "@sluice/shared/redis/connect";
import { tenantRegistryKey } from "@sluice/shared/redis/keys";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { waitUntil } from "@sluice/testkit/wait-until";
import type { Redis } from "ioredis";

export const tenant = "acme";

interface JobDraft extends Partial<Omit<JobSpec, "model" | "lane" | "batchId" | "keyId">> {
  prompt: string;
  model?: string;
  maxTokens?: number;
}

/** A job as it stands in Redis. */
interface SeenJob {
  id: string;
  status: JobStatus;
  attempts: number;
  failures: number;
  createdAtMs: number;
  startedAtMs: number | null;
  result: JobResult | null;
  /** Statuses so far, oldest first. */
  states: JobStatus[];
}

export interface Jobs {
  redis: Redis;
  lanes: LaneDirectory;
  /** Hands jobs in, all at once; resolves with their ids when all are accepted. */
  submitAll: (drafts: readonly JobDraft[]) => Promise<string[]>;
  submit: (draft: JobDraft) => Promise<string>;
  /** Leaves what an API leaves that died between record and lane, by default a long time ago. */
  leaveOrphan: (draft: JobDraft, id?: string) => Promise<string>;
  cancel: (id: string) => Promise<CancelReply>;
  read: (id: string) => Promise<SeenJob>;
  /** Waits until the job is as described. */
  becomes: (id: string, describe: string, fits: (job: SeenJob) => boolean, timeoutMs?: number) => Promise<SeenJob>;
  /** Waits until the job is in that state. */
  reaches: (id: string, status: JobStatus, timeoutMs?: number) => Promise<SeenJob>;
  /** Waits until the job is final. */
  finished: (id: string, timeoutMs?: number) => Promise<SeenJob>;
  laneOf: (model: string) => Promise<LaneQueue>;
  /** Waits until BullMQ knows nothing of the job any more. */
  leftBullmq: (model: string, id: string) => Promise<void>;
}

let models = 0;
/** A model, and so a lane, of the caller's own. Up to 32 of them may share a Redis. */
export function newModel(): string {
  return `claude-test-${(models += 1)}`;
}

let prompts = 0;
/** A prompt that no other contains. */
export function newPrompt(): string {
  return `Please describe lake no. ${(prompts += 1)}.`;
}

/** Starts handing in jobs of one tenant at a Redis that is there; ends after the test or the file. */
export async function startJobs(redisUrl: string): Promise<Jobs> {
  const redis = connectForApi(redisUrl);
  redis.on("error", () => {});
  await once(redis, "ready");
  const lanes = new LaneDirectory(redis, loadAccounts({ SLUICE_TIER: "auto" }, undefined));
  const withdrawals = new Withdrawals(redis, lanes);
  cleanUpAfterTests(async () => {
    await withdrawals.stop();
    await lanes.close();
    redis.disconnect();
  });

  const read = async (id: string): Promise<SeenJob> => {
    const job = await readJob(redis, tenant, id);
    if (job === undefined) throw new Error(`The job ${id} is gone.`);
    const { status, attempts, failures, createdAtMs, startedAtMs } = job.record;
    const states = jobStates(job.record).map((state) => state.status);
    return { id, status, attempts, failures, createdAtMs, startedAtMs, result: job.result, states };
  };
  const submit = async (draft: JobDraft): Promise<string> => {
    const reply = await submitJob({ redis, lanes, withdrawals }, { tenant, ...toRequest(draft) });
    if (reply.outcome !== "accepted") throw new Error(`A job was ${reply.outcome}.`);
    return reply.record.id;
  };
  const leaveOrphan: Jobs["leaveOrphan"] = async (draft, id = oldJobId()) => {
    const { params, options } = toRequest(draft);
    const lane = await lanes.laneOf(params.model);
    await redis.sadd(tenantRegistryKey, tenant);
    const spec = { ...options, model: params.model, lane: lane.name, batchId: null, keyId: "operator" };
    await acceptJob(redis, { tenant, id, spec, params: await packBody(params) });
    return id;
  };
  const laneOf = async (model: string) => lanes.queueOf((await lanes.laneOf(model)).name);
  const becomes: Jobs["becomes"] = (id, describe, fits, timeoutMs = 20_000) =>
    waitUntil(
      async () => {
        const job = await read(id);
        if (fits(job)) return job;
        // What the failure shows.
        throw new Error(JSON.stringify(job));
      },
      { timeoutMs, everyMs: 20, describe: `job ${id} to be ${describe}` },
    );

  return {
    redis,
    lanes,
    submit,
    leaveOrphan,
    submitAll: (drafts) => Promise.all(drafts.map(submit)),
    cancel: (id) => cancelJob({ redis, lanes, announce: async () => {}, retentionMs: 60_000 }, tenant, id),
    read,
    becomes,
    reaches: (id, status, timeoutMs) => becomes(id, status, (job) => job.status === status, timeoutMs),
    finished: (id, timeoutMs) => becomes(id, "final", (job) => isFinal(job.status), timeoutMs),
    laneOf,
    async leftBullmq(model, id) {
      const lane = await laneOf(model);
      await waitUntil(async () => (await lane.getJobState(id)) === "unknown", { describe: `job ${id} to leave BullMQ` });
    },
  };
}

/** The first ten letters of an id are its time. */
function oldJobId(): string {
  return newJobId().replace(/^job_.{10}/, "job_0000000000");
}

function toRequest({ prompt, model = "claude-haiku-4-5", maxTokens = 100, ...options }: JobDraft) {
  const params = { model, max_tokens: maxTokens, messages: [{ role: "user" as const, content: prompt }] };
  return { params, options: { ...defaults, ...options } };
}

const defaults = {
  customId: null,
  webhookUrl: null,
  priority: "normal",
  metadata: {},
  timeoutMs: 60_000,
  maxAttempts: 5,
  expiresInMs: null,
  delayMs: 0,
} as const;
