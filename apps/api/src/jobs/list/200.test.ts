import type { JobView } from "@sluice/shared/jobs/job-view";
import { beforeAll, expect, test } from "vitest";
import { finish, start, submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { listJobsSchema } from "./schema.ts";

const pageSchema = listJobsSchema.answers[200].content["application/json"].strict();

let api: TestApi;
const jobs: JobView[] = [];
beforeAll(async () => {
  api = await startTestApi();
  for (let number = 0; number < 25; number += 1) jobs.unshift(await submit(api));
});

async function list(query = "") {
  const response = await api.fetch(`/v1/jobs${query}`);
  expect(response.status).toBe(200);
  return pageSchema.parse(await response.json());
}

test("jobs come newest first, twenty at a time, with their places", async () => {
  const page = await list();
  expect(page).toMatchObject({ object: "list", has_more: true, next: expect.any(String) });
  expect(page.data.map(({ id }) => id)).toEqual(jobs.slice(0, 20).map(({ id }) => id));
  expect(page.data[0]).toMatchObject({ queue: { position: 25 } });
});

test("pages join without gap and repetition, while new jobs arrive", async () => {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page = await list(`?limit=7${after === null ? "" : `&after=${after}`}`);
    seen.push(...page.data.map(({ id }) => id));
    after = page.next;
    expect(page.has_more).toBe(after !== null);
    if (seen.length === 7) await submit(api);
  } while (after !== null);
  expect(seen).toEqual(jobs.map(({ id }) => id));
});

test("a state and a batch choose among the jobs", async () => {
  const [first, second] = jobs;
  await start(api, first?.id ?? "");
  await finish(api, second?.id ?? "");
  expect((await list("?status=running")).data.map(({ id }) => id)).toEqual([first?.id]);
  const done = await list("?status=succeeded");
  expect(done.data).toMatchObject([{ id: second?.id, result: { type: "succeeded" } }]);
  expect(done).toMatchObject({ has_more: false, next: null });
  expect((await list("?status=failed")).data).toEqual([]);
  expect((await list("?batch_id=batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB")).data).toEqual([]);
});
