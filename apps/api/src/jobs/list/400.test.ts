import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test.each([
  ["limit=0", "limit"],
  ["limit=101", "limit"],
  ["limit=", "limit"],
  ["limit=ten", "limit"],
  ["limit=1&limit=2", "limit"],
  ["status=done", "status"],
  ["status=queued&status=running", "status"],
  ["after=job_01KAV2M8Q4V6T0Z7J3C5R9XWNB", "after"],
  ["after=", "after"],
  ["after=MTpub25zZW5zZQ", "after"],
  ["batch_id=1", "batch_id"],
  ["stauts=queued", "stauts"],
])("?%s is refused by its name", async (query, path) => {
  const response = await api.fetch(`/v1/jobs?${query}`);
  expect(response.status).toBe(400);
  const problem = await problemOf(response);
  expect(problem).toMatchObject({ code: "invalid_request", issues: [{ path }] });
  expect(problem.issues).toHaveLength(1);
});
