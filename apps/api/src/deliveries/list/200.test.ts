import { beforeAll, expect, test } from "vitest";
import { attempt, createEndpoint, finishedJob } from "../../testing/deliveries.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { listDeliveriesSchema } from "./schema.ts";

const pageSchema = listDeliveriesSchema.answers[200].content["application/json"].strict();

let api: TestApi;
const jobs: string[] = [];
beforeAll(async () => {
  api = await startTestApi();
  for (let number = 0; number < 12; number += 1) jobs.unshift(await finishedJob(api));
});

async function list(query = "") {
  const response = await api.fetch(`/v1/deliveries${query}`);
  expect(response.status).toBe(200);
  return pageSchema.parse(await response.json());
}

const jobsOf = ({ data }: Awaited<ReturnType<typeof list>>) => data.map(({ job_id: id }) => id);

test("deliveries come newest first, and pages join without gap and repetition while new ones arrive", async () => {
  const seen: (string | null)[] = [];
  let after: string | null = null;
  do {
    const page = await list(`?limit=5${after === null ? "" : `&after=${after}`}`);
    seen.push(...jobsOf(page));
    after = page.next;
    expect(page.has_more).toBe(after !== null);
    if (seen.length === 5) jobs.unshift(await finishedJob(api));
  } while (after !== null);
  expect(seen).toEqual(jobs.slice(1));
});

test("a state, a job and an endpoint choose among the deliveries", async () => {
  const [second = "", third = ""] = jobs.slice(1);
  await attempt(api, second.replace("job_", "del_"), "failed");
  await attempt(api, third.replace("job_", "del_"), "delivered");
  expect(await list("?status=failed")).toMatchObject({
    has_more: false,
    next: null,
    data: [{ job_id: second, failure_reason: "exhausted" }],
  });
  expect(jobsOf(await list("?status=delivered"))).toEqual([third]);
  expect(jobsOf(await list(`?job_id=${third}`))).toEqual([third]);
  expect((await list(`?job_id=${third}&status=failed`)).data).toEqual([]);

  const { id } = await createEndpoint(api);
  const told = await finishedJob(api);
  expect((await list(`?endpoint_id=${id}`)).data).toMatchObject([{ job_id: told, endpoint_id: id, url: "https://example.com/all" }]);
  const ofJob = await list(`?job_id=${told}&limit=1`);
  const rest = await list(`?job_id=${told}&limit=1&after=${ofJob.next}`);
  expect(new Set([...ofJob.data, ...rest.data].map((delivery) => delivery.endpoint_id))).toEqual(new Set([id, null]));
  expect(rest.has_more).toBe(false);
  expect(new Set([...ofJob.data, ...rest.data].map((delivery) => delivery.event_id)).size).toBe(1);
});

test.each([
  ["limit=0", "limit"],
  ["status=lost", "status"],
  ["job_id=1", "job_id"],
  ["endpoint_id=1", "endpoint_id"],
  ["after=MTpub25zZW5zZQ", "after"],
])("?%s is refused by its name", async (query, path) => {
  const response = await api.fetch(`/v1/deliveries?${query}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "invalid_request", issues: [{ path }] });
});
