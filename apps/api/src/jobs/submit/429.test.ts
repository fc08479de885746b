// A key's quotas, through two API processes' worth of servers on one Redis.
import { finishJob } from "@sluice/shared/jobs/finish-job";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { beforeAll, expect, test } from "vitest";
import { jobOf, problemOf } from "../../testing/answers.ts";
import { aRequest } from "../../testing/jobs.ts";
import { createTestKey } from "../../testing/keys.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let apis: [TestApi, TestApi];
beforeAll(async () => {
  const first = await startTestApi();
  apis = [first, await startTestApi({ server: first.server })];
});

const post = async (headers: Record<string, string>, number = 0) =>
  await (number % 2 === 0 ? apis[0] : apis[1]).post("/v1/jobs", aRequest(), headers);

let races = 0;
/** Eight clients that hand in jobs, half of them with idempotency keys, until each was refused three times. */
async function race(headers: Record<string, string>): Promise<{ ids: string[]; refused: Response[] }> {
  const ids: string[] = [];
  const refused: Response[] = [];
  const race = (races += 1);
  await Promise.all(
    Array.from({ length: 8 }, async (_, client) => {
      for (let call = 0, refusals = 0; refusals < 3; call += 1) {
        const response = await post({ ...headers, ...(client % 4 < 2 && { "idempotency-key": `${race}-${client}-${call}` }) }, client);
        if (response.status === 202) ids.push((await jobOf(response)).id);
        else {
          expect(response.status).toBe(429);
          refused.push(response);
          refusals += 1;
        }
      }
    }),
  );
  return { ids, refused };
}

const untilNextMonthSeconds = () => {
  const now = new Date();
  return (Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) - now.getTime()) / 1_000;
};

test("jobs of a month, raced by eight clients on two processes, are exactly the allowed ones; what is canceled unstarted is free again", async () => {
  const tenant = "months";
  const { headers } = await createTestKey(apis[0], { tenant, limits: { requests_per_month: 40 } });
  const { ids, refused } = await race(headers);
  expect(ids).toHaveLength(40);
  expect(await apis[0].redis.zcard(tenantKeys(tenant).jobs)).toBe(40);
  const [refusal] = refused;
  expect(refusal && (await problemOf(refusal))).toMatchObject({ code: "quota_exceeded", quota: "requests_per_month" });
  expect(Math.abs(Number(refusal?.headers.get("retry-after")) - untilNextMonthSeconds())).toBeLessThan(60);

  const [started, waiting] = ids;
  await startAttempt(apis[0].redis, { tenant, jobId: started ?? "", attemptId: "a" });
  for (const id of [started, waiting]) await apis[1].fetch(`/v1/jobs/${id}/cancel`, { method: "POST", headers });
  expect((await race(headers)).ids).toHaveLength(1);
});

test("money of a month, raced in the same way, is never overspent while jobs cost what they cost", async () => {
  const tenant = "money";
  const { headers, id: key } = await createTestKey(apis[0], { tenant, limits: { usd_per_month: 0.03 } });
  const month = tenantKeys(tenant).quota(`${key}:${new Date().toISOString().slice(0, 7)}`);
  let jobs = 0;
  for (let round = 0; ; round += 1) {
    const { ids, refused } = await race(headers);
    const [refusal] = refused;
    expect(refusal && (await problemOf(refusal))).toMatchObject({ quota: "usd_per_month" });
    if (ids.length === 0) break;
    jobs += ids.length;
    const held = await apis[0].redis.hmget(month, "reservedNanoUsd", "spentNanoUsd");
    expect(Number(held[0]) + Number(held[1])).toBeLessThanOrEqual(30_000_000);
    for (const id of ids) {
      await startAttempt(apis[0].redis, { tenant, jobId: id, attemptId: "a" });
      await finishJob(apis[0].redis, {
        tenant,
        id,
        attemptId: "a",
        result: { type: "succeeded", message: {} },
        costUsd: 0.000_5,
        retentionMs: 60_000,
      });
    }
  }
  expect(await apis[0].redis.hmget(month, "reservedNanoUsd", "spentNanoUsd")).toEqual(["0", String(jobs * 500_000)]);
  // Worst cases are about two thirds of a cent each.
  expect(jobs * 500_000).toBeGreaterThan(25_000_000);
});

test("of unfinished jobs there are never more than allowed; a replay is none", async () => {
  const { headers } = await createTestKey(apis[0], { tenant: "queue", limits: { queued_jobs: 5 } });
  const keyed = { ...headers, "idempotency-key": "once" };
  const first = await jobOf(await post(keyed));
  expect((await race(headers)).ids).toHaveLength(4);
  const replayed = await post(keyed, 1);
  expect(replayed.headers.get("idempotent-replayed")).toBe("true");
  const refused = await post(headers);
  expect(await problemOf(refused)).toMatchObject({ code: "quota_exceeded", quota: "queued_jobs" });
  expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
  await apis[1].fetch(`/v1/jobs/${first.id}/cancel`, { method: "POST", headers });
  expect((await race(headers)).ids).toHaveLength(1);
});

test("80, 95 and 100 % of a month are one event each for the tenant's endpoints, however many jobs pass them at once", async () => {
  const tenant = "told";
  const keys = tenantKeys(tenant);
  const { redis } = apis[0];
  await redis.hset(keys.webhookEndpoint("ep_A"), { url: "https://127.0.0.1:9", events: "quota.threshold_reached", enabled: 1 });
  await redis.zadd(keys.webhookEndpoints, 0, "ep_A");
  const { headers, id } = await createTestKey(apis[0], { tenant, limits: { requests_per_month: 20 } });
  await race(headers);
  await expect.poll(async () => await redis.zcard(keys.deliveries)).toBe(3);
  const month = keys.quota(`${id}:${new Date().toISOString().slice(0, 7)}`);
  const fields = ["requests", ...[80, 95, 100].map((percent) => `told:requests_per_month:${percent}:20`)];
  await expect.poll(async () => await redis.hmget(month, ...fields)).toEqual(["20", "confirmed", "confirmed", "confirmed"]);
});
