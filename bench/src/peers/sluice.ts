// Sluice as it is run: the API, `workers` worker processes and a Redis that syncs every write, with the account's limits as
// the only settings. Jobs go in by `POST /v1/jobs`; the list tells when none is left, and what became of each.
import { setTimeout as delay } from "node:timers/promises";
import { type JobView, jobViewSchema } from "@sluice/shared/jobs/job-view";
import type { StartedProcess } from "@sluice/testkit/processes";
import { startTestRedis } from "@sluice/testkit/redis";
import { startApi } from "@sluice/testkit/start-api";
import { startWorker } from "@sluice/testkit/start-worker";
import pLimit from "p-limit";
import { z } from "zod";
import { ownFigures } from "../measures/own-figures.ts";
import { type Job, type Outcome, type Peer, type PeerContext, submitEach } from "./peer.ts";
import { ToldStartTimes } from "./told-start-times.ts";

const operatorKey = "sk-sluice-bench-0123456789abcdef0123456789abcdef";
const headers = { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" };

/** Posts under way at once: the backlog is in within a second or two. */
const postsAtOnce = 16;

/** How often is asked whether jobs are left. */
const lookIntervalMs = 500;

const pageSchema = z.object({ data: z.array(jobViewSchema), next: z.string().nullable() });

export const sluice: Peer = {
  async start(context) {
    const redis = await startTestRedis();
    const env = {
      SLUICE_REQUESTS_PER_MINUTE: String(context.limits.requestsPerMinute),
      SLUICE_INPUT_TOKENS_PER_MINUTE: String(context.limits.inputTokensPerMinute),
      SLUICE_OUTPUT_TOKENS_PER_MINUTE: String(context.limits.outputTokensPerMinute),
    };
    const api = await startApi({ redisUrl: redis.url, adminKey: operatorKey, env });
    const workers: StartedProcess[] = [];
    for (let number = 0; number < context.workers; number += 1) {
      const workerEnv = { ...env, ANTHROPIC_API_KEY: context.apiKey };
      workers.push(await startWorker({ redisUrl: redis.url, anthropicBaseUrl: context.baseUrl, env: workerEnv }));
    }
    const limit = pLimit(postsAtOnce);
    const startTimes = new ToldStartTimes((id) => readJob(api.url, id));

    return {
      async run(jobs, signal) {
        const submitted = await submitEach(jobs, signal, (job) => limit(async () => startTimes.note(await submit(api.url, context, job))));
        await waitUntilNoneIsLeft(api.url, signal, () => startTimes.askWhenDue());
        const outcomes = await readOutcomes(api.url);
        return jobs.map(({ id }, index) => (submitted[index] === "done" ? (outcomes.get(id) ?? "lost") : (submitted[index] ?? "lost")));
      },
      toldStarts: () => startTimes.told,
      ownFigures: (jobs) =>
        ownFigures(
          workers.flatMap(({ lines }) => lines),
          jobs,
        ),
      async stop() {
        await Promise.all([api, ...workers].map((process) => process.stop()));
        await redis.stop();
      },
    };
  },
};

async function submit(url: string, { model }: PeerContext, { id, prompt, maxTokens }: Job): Promise<JobView> {
  const response = await fetch(`${url}/v1/jobs`, {
    method: "POST",
    headers,
    body: JSON.stringify({ custom_id: id, params: { model, max_tokens: maxTokens, messages: [{ role: "user", content: prompt }] } }),
  });
  if (response.status !== 202) throw new Error(`A job was answered with ${response.status}: ${await response.text()}`);
  return jobViewSchema.parse(await response.json());
}

async function readJob(url: string, id: string): Promise<JobView> {
  const response = await fetch(`${url}/v1/jobs/${id}`, { headers });
  return jobViewSchema.parse(await response.json());
}

/** Asked twice in a row, because a job that is returned to its lane may be seen in neither list once. */
async function waitUntilNoneIsLeft(url: string, signal: AbortSignal, meanwhile: () => Promise<void>): Promise<void> {
  for (let emptyLooks = 0; emptyLooks < 2 && !signal.aborted;) {
    await delay(lookIntervalMs, undefined, { signal }).catch(() => {});
    await meanwhile();
    const pages = await Promise.all(["queued", "running"].map((status) => readPage(url, `status=${status}&limit=1`)));
    emptyLooks = pages.every(({ data, next }) => data.length === 0 && next === null) ? emptyLooks + 1 : 0;
  }
}

async function readOutcomes(url: string): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (let after: string | null = ""; after !== null;) {
    const page: z.output<typeof pageSchema> = await readPage(url, `limit=100${after && `&after=${encodeURIComponent(after)}`}`);
    for (const { custom_id: id, status } of page.data) {
      if (id !== null)
        outcomes.set(id, status === "succeeded" ? "done" : status === "queued" || status === "running" ? "unfinished" : "lost");
    }
    after = page.next;
  }
  return outcomes;
}

async function readPage(url: string, query: string): Promise<z.output<typeof pageSchema>> {
  const response = await fetch(`${url}/v1/jobs?${query}`, { headers });
  return pageSchema.parse(await response.json());
}
