import { startTestRedis } from "@sluice/testkit/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Redis } from "ioredis";
import { connectForWorker } from "../redis/connect.ts";
import { aBatch } from "../batches/testing/a-batch.ts";
import { tenantKeys } from "../redis/keys.ts";
import { acceptJob } from "./accept-job.ts";
import { finishJob } from "./finish-job.ts";
import { newJobId } from "./job-id.ts";
import { listJobs } from "./list-jobs.ts";
import { packBody } from "./stored-body.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

async function accept(tenant: string): Promise<string> {
  const id = newJobId();
  const spec = {
    model: "claude-haiku-4-5",
    lane: "{default.haiku-4-5}",
    customId: null,
    batchId: null,
    keyId: "operator",
    webhookUrl: null,
    priority: "normal" as const,
    metadata: {},
    timeoutMs: 1_000,
    maxAttempts: 1,
    expiresInMs: null,
    delayMs: 0,
  };
  await acceptJob(redis, { tenant, id, spec, params: await packBody({}) });
  return id;
}

async function idsOf(listing: Parameters<typeof listJobs>[2] & { tenant: string }): Promise<{ ids: string[]; next: string | null }> {
  const { jobs, next } = await listJobs(redis, listing.tenant, listing);
  return { ids: jobs.map(({ record }) => record.id), next };
}

test("a batch's jobs are found among others, in any state, and the pages join without gap", async () => {
  const tenant = "batches";
  await accept(tenant);
  const { batchId, jobIds } = await aBatch(redis, tenant, 5);
  await aBatch(redis, tenant, 2);
  await accept(tenant);
  const wanted = jobIds.toReversed();

  const first = await idsOf({ tenant, batchId, limit: 3 });
  expect(first).toEqual({ ids: wanted.slice(0, 3), next: wanted[2] });
  const second = await idsOf({ tenant, batchId, limit: 3, after: first.next ?? "" });
  expect(second).toEqual({ ids: wanted.slice(3), next: null });

  await finishJob(redis, { tenant, id: jobIds[1] ?? "", result: { type: "canceled" }, retentionMs: 60_000 });
  expect(await idsOf({ tenant, batchId, status: "canceled", limit: 3 })).toEqual({ ids: [jobIds[1]], next: null });
  expect((await idsOf({ tenant, batchId, status: "queued", limit: 10 })).ids).toEqual(wanted.filter((id) => id !== jobIds[1]));
});

// Forgotten jobs stay in the indexes for a while: one request must not read all of them.
test("a page that would take too many reads ends early and says where to go on", async () => {
  const tenant = "many";
  const oldest = await accept(tenant);
  for (let number = 0; number < 12; number += 1) await redis.del(tenantKeys(tenant).job(await accept(tenant)));
  const first = await idsOf({ tenant, limit: 1 });
  expect(first).toEqual({ ids: [], next: expect.any(String) });
  expect(await idsOf({ tenant, limit: 1, after: first.next ?? "" })).toEqual({ ids: [oldest], next: null });
});

test("a page that ends with the last job has no next one", async () => {
  const tenant = "exact";
  const ids = [await accept(tenant), await accept(tenant)].toReversed();
  expect(await idsOf({ tenant, limit: 2 })).toEqual({ ids, next: null });
  expect(await idsOf({ tenant, limit: 1 })).toEqual({ ids: ids.slice(0, 1), next: ids[0] });
});
