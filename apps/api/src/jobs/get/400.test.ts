import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test.each(["wait=61", "wait=-1", "wait=1.5", "wait=soon", "wait=", "wait=1&wait=2", "wait=0x10", "wait=%201"])(
  "?%s is refused by its name",
  async (query) => {
    const { id } = await submit(api);
    const response = await api.fetch(`/v1/jobs/${id}?${query}`);
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ code: "invalid_request", issues: [{ path: "wait" }] });
  },
);
