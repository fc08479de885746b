import { loadAccounts } from "@sluice/shared/accounts/load-accounts";
import { budgetSizes } from "@sluice/shared/budgets/budgets";
import { reserve } from "@sluice/shared/budgets/reserve";
import { restLane } from "@sluice/shared/lanes/rest-lane";
import { queuePrefix } from "@sluice/shared/redis/keys";
import { laneLimits } from "@sluice/shared/limits/tiers";
import { beforeAll, expect, test } from "vitest";
import { submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { limitsViewSchema } from "./schema.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ accounts: loadAccounts({ SLUICE_TIER: "tier-2" }, undefined) });
});

const read = async () => limitsViewSchema.strict().parse(await (await api.fetch("/v1/limits")).json()).data;

test("a lane shows its limits, what is left, what waits and for how long", async () => {
  expect(await read()).toEqual([]);
  await submit(api);
  await submit(api);
  await submit(api, { delay_seconds: 60 });
  const laneName = "{default.haiku-4-5}";
  const sizes = budgetSizes(laneLimits("tier-2", "haiku"), 1);
  await reserve(api.redis, {
    laneName,
    attemptId: "a",
    cost: { inputTokens: 9_000, outputTokens: 100, durationMs: 1_000, overdueAfterMs: 8_000 },
    sizes,
    leaseMs: 60_000,
  });
  // As BullMQ keeps a job that a worker has fetched.
  await api.redis.lpush(`${queuePrefix}:${laneName}:active`, "job_a");

  const [lane, ...others] = await read();
  expect(others).toEqual([]);
  expect(lane).toMatchObject({
    account: "default",
    pool: "haiku-4-5",
    requests: { per_minute: 1_000 },
    // More was taken than there was: a debt is nothing left.
    input_tokens: { per_minute: 450_000, remaining: 0 },
    output_tokens: { per_minute: 90_000 },
    queued: 2,
    delayed: 1,
    running: 1,
    pace_per_minute: 1_000,
    limited_by: "requests",
    resting_until: null,
    backlog_seconds: 0.1,
  });
  // Claude's bucket falls while the answer is written.
  expect(lane?.output_tokens.remaining).toBeGreaterThan(1_000);
  expect(lane?.requests_per_minute).toBeGreaterThan(0);
});

test("a lane that rests says why and until when", async () => {
  await submit(api, { params: { model: "claude-opus-5", max_tokens: 1, messages: [{ role: "user", content: "Hi" }] } });
  await restLane(api.redis, "{default.opus-5}", 60_000, "billing");
  const lane = (await read()).find(({ pool }) => pool === "opus-5");
  expect(lane).toMatchObject({ limited_by: "upstream", queued: 1 });
  expect(Date.parse(lane?.resting_until ?? "") - Date.now()).toBeGreaterThan(30_000);
  expect(lane?.backlog_seconds).toBeGreaterThan(30);
});
