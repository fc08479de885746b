// Answers that speak of the account and not of the job: the whole lane rests, on every worker, and no attempt is used up.
import { defaultTenant } from "@sluice/shared/access/authenticator";
import { queuePrefix, tenantKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
const operator = tenantKeys(defaultTenant);
// Of a port that nobody listens on: only what is sent on its way is looked at.
await jobs.redis.hset(operator.webhookEndpoint("ep_A"), { url: "https://127.0.0.1:9", events: "", enabled: 1 });
await jobs.redis.zadd(operator.webhookEndpoints, 0, "ep_A");
const workers = await Promise.all([1, 2].map(() => startTestWorker({ redisUrl: server.url, simulator })));

/** Ms until the lane goes on. */
const restOf = async (model: string) => await jobs.redis.pttl(`${queuePrefix}:${(await jobs.laneOf(model)).name}:limiter`);

/** When the requests of a lane arrived, and with what prompt, in this order. */
const arrivals = async (model: string) =>
  (await simulator.requests())
    .filter((request) => request.model === model)
    .map((request) => ({ prompt: request.prompt_start, status: request.status, atMs: request.arrived_at }));

test.concurrent("a 429 rests the lane on all workers for retry-after; its job is the next again and has used no attempt", async () => {
  const [limited, ...others] = [newPrompt(), newPrompt(), newPrompt(), newPrompt(), newPrompt()];
  const model = newModel();
  await simulator.fail(limited, "rate_limit", { retry_after_seconds: 2 });
  const id = await jobs.submit({ prompt: limited, model });
  await jobs.becomes(id, "put back", (job) => job.states.length === 3);
  const otherIds = await jobs.submitAll(others.map((prompt) => ({ prompt, model })));
  const lane = await jobs.laneOf(model);
  await waitUntil(async () => (await lane.getPrioritizedCount()) === 5, { describe: "all jobs to wait in the lane" });
  expect((await lane.getPrioritized(0, 0)).map((job) => job.id)).toEqual([id]);

  const [done] = await Promise.all([id, ...otherIds].map((each) => jobs.finished(each)));
  expect(done).toMatchObject({ status: "succeeded", attempts: 1, failures: 0 });
  const [refused, ...rest] = await arrivals(model);
  expect(refused).toMatchObject({ prompt: limited, status: 429 });
  expect(rest).toHaveLength(5);
  for (const { status, atMs } of rest) {
    expect(status).toBe(200);
    expect(atMs - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(2_000);
  }
});

test.concurrent("a 429 that asks for no wait at all is no error: the job is sent again", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "rate_limit", { retry_after_seconds: 0 });
  const id = await jobs.submit({ prompt, model: newModel() });
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1, failures: 0 });
});

test.concurrent.for([
  { fault: "spend_cap", reason: "spend" },
  { fault: "contract_spend_cap", reason: "spend" },
  { fault: "spend_limit", reason: "spend" },
  { fault: "billing", reason: "billing" },
  { fault: "authentication", reason: "key_refused" },
])("after the fault $fault the lane rests, its jobs stay queued, and an error line calls for a person", async ({ fault, reason }) => {
  const [refused, other] = [newPrompt(), newPrompt()];
  const model = newModel();
  await simulator.fail(refused, fault);
  const id = await jobs.submit({ prompt: refused, model });
  const line = await Promise.any(workers.map((worker) => worker.waitForLine((each) => each["jobId"] === id)));
  expect(line).toMatchObject({ level: "error", event: "job.attempted", outcome: "rest", cause: reason });

  const otherId = await jobs.submit({ prompt: other, model });
  expect(await jobs.read(id)).toMatchObject({ status: "queued", attempts: 0, failures: 0 });
  expect(await restOf(model)).toBeGreaterThan(30_000);
  // A lane beside it goes on meanwhile.
  await jobs.finished(await jobs.submit({ prompt: newPrompt(), model: newModel() }));
  expect(await jobs.read(otherId)).toMatchObject({ status: "queued", attempts: 0 });
  expect(await arrivals(model)).toHaveLength(1);
});

test("of each occurrence the operator is sent one event, whichever workers and lanes met it", async () => {
  // A refused key of this day once, and the caps on spending: one for the month, one for the payment of this day.
  const expected = ["account.key_refused", "account.spend_limit_reached", "account.spend_limit_reached"];
  const eventTypes = async () => {
    const ids = await jobs.redis.zrange(operator.deliveries, "0", "-1");
    return (await Promise.all(ids.map((id) => jobs.redis.hget(operator.delivery(id), "eventType")))).map(String).toSorted();
  };
  await expect.poll(eventTypes).toEqual(expected);
});
