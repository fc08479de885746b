import { countRequest } from "@sluice/shared/lanes/lane-counters";
import { restLane } from "@sluice/shared/lanes/rest-lane";
import { laneKeys } from "@sluice/shared/redis/keys";
import { beforeAll, expect, test } from "vitest";
import { submit } from "../testing/jobs.ts";
import { createTestKey } from "../testing/keys.ts";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** The series of a scrape: `name{labels}` → value. */
async function scrape(): Promise<Map<string, number>> {
  const response = await api.fetch("/metrics");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=/);
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

const lane = 'account="default",pool="haiku-4-5"';

test("a scrape tells of every lane: limits, jobs, requests by outcome, and how its estimates went", async () => {
  await submit(api);
  await submit(api, { delay_seconds: 60 });
  const laneName = "{default.haiku-4-5}";
  const tokens = { estimated: { inputTokens: 120, outputTokens: 50 }, used: { inputTokens: 100, outputTokens: 55.4 } };
  await countRequest(api.redis, laneName, "answered", tokens);
  await countRequest(api.redis, laneName, "rate_limited");
  await restLane(api.redis, laneName, 60_000, "upstream");
  const [seconds] = await api.redis.time();
  await api.redis.hset(laneKeys(laneName).budgets, { othersPerSecond: 10, othersAtMs: Number(seconds) * 1_000 });
  const series = await scrape();
  expect(Object.fromEntries(series)).toMatchObject({
    sluice_redis_up: 1,
    [`sluice_lane_limit_per_minute{${lane},budget="requests"}`]: 60,
    [`sluice_lane_jobs{${lane},state="queued"}`]: 1,
    [`sluice_lane_jobs{${lane},state="delayed"}`]: 1,
    [`sluice_upstream_requests_total{${lane},outcome="answered"}`]: 1,
    [`sluice_upstream_requests_total{${lane},outcome="rate_limited"}`]: 1,
    [`sluice_estimated_tokens_total{${lane},kind="input"}`]: 120,
    [`sluice_used_tokens_total{${lane},kind="input"}`]: 100,
    [`sluice_estimated_tokens_total{${lane},kind="output"}`]: 50,
    [`sluice_used_tokens_total{${lane},kind="output"}`]: 55,
  });
  // It fades from then on.
  expect(series.get(`sluice_lane_others_output_tokens_per_minute{${lane}}`)).toBeGreaterThan(300);
  expect(series.get(`sluice_lane_rest_seconds{${lane},limited_by="upstream"}`)).toBeGreaterThan(50);
  expect(series.get('sluice_http_request_duration_seconds_count{method="POST",route="/v1/jobs",status="202"}')).toBe(2);
});

test("counters tell the same when they are scraped again", async () => {
  const name = `sluice_upstream_requests_total{${lane},outcome="answered"}`;
  const first = (await scrape()).get(name);
  expect((await scrape()).get(name)).toBe(first);
});

// Whoever may call a path that is not there must not fill the memory with series.
test("requests that no operation answered make no series", async () => {
  await api.fetch("/nowhere/1", { method: "DELETE" });
  expect([...(await scrape()).keys()].filter((name) => name.includes("nowhere"))).toEqual([]);
});

test("metrics are the operator's: without a key 401, with a client's 403", async () => {
  expect((await fetch(`${api.url}/metrics`)).status).toBe(401);
  const { headers } = await createTestKey(api);
  expect((await fetch(`${api.url}/metrics`, { headers })).status).toBe(403);
});

test("while Redis is away a scrape says so, and leaves out what it does not know", async () => {
  const other = await startTestApi();
  await other.server.kill();
  const text = await (await other.fetch("/metrics")).text();
  expect(text).toContain("\nsluice_redis_up 0\n");
  expect(text).not.toContain("sluice_lane_jobs{");
});

// Else the alarm would be that Redis is away.
test("a lane that cannot be read is our fault, and is not told as Redis being away", async () => {
  const other = await startTestApi();
  await submit(other);
  await other.redis.set(laneKeys("{default.haiku-4-5}").counters, "not a hash");
  expect((await other.fetch("/metrics")).status).toBe(500);
});
